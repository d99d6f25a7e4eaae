using System.Buffers;

namespace Codius.Core.Pods;

/// <summary>
/// A kind of machine that a manifest can ask for by name, what it may use, and what a month of it costs in whole units
/// of what its host's prices are in.
/// </summary>
public sealed record MachineClass(string Name, ResourceLimits Limits, decimal CostPerMonth)
{
    // Each start of a host asks for it: an expression that never goes back would need its engine compiled for this.
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Whether a class can be called so: 1 to 32 of a-z, 0-9 and '-'.</summary>
    public static bool IsName(string name) =>
        name.Length is >= 1 and <= 32 && !name.AsSpan().ContainsAnyExcept(NameCharacters);
}
