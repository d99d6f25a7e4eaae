using System.Diagnostics.CodeAnalysis;

namespace Codius.Core;

/// <summary>A value, or the failure that took its place.</summary>
public readonly struct Outcome<T>
    where T : notnull
{
    private readonly T? _value;

    private Outcome(T? value, Failure? failure) => (_value, Failure) = (value, failure);

    public Failure? Failure { get; }

    /// <summary>
    /// Whether there is a value; then <paramref name="value"/> is it, else <paramref name="failure"/> says why.
    /// </summary>
    public bool Succeeded([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Failure? failure)
    {
        (value, failure) = (_value, Failure);
        return failure is null;
    }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Failure failure) => new(default, failure);
}

/// <summary>The value of an operation that has no other.</summary>
public readonly record struct Done
{
    public static Done Instance => default;
}
