using System.Globalization;

namespace Codius.Bench;

/// <summary>One figure of ours beside that of a peer, or a limit, taken in the same run.</summary>
public readonly record struct Measure(string Name, double Ours, double Other)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name} {Ours:0.##} {Other:0.##} {Ours / Other:0.000}");
}
