using System.Diagnostics.CodeAnalysis;

namespace Codius.Client.Hosts;

/// <summary>What a host answered, or why it did not.</summary>
public readonly struct HostResult<T>
    where T : class
{
    private readonly T? _value;

    private HostResult(T? value, HostError? error) => (_value, Error) = (value, error);

    public HostError? Error { get; }

    public bool Succeeded([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out HostError? error)
    {
        (value, error) = (_value, Error);
        return error is null;
    }

    public static implicit operator HostResult<T>(T value) => new(value, null);

    public static implicit operator HostResult<T>(HostError error) => new(null, error);
}
