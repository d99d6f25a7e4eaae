namespace Codius.Conformance;

/// <summary>
/// A place in which two answers differ: <c>status</c>, <c>header.content-type</c>, <c>body.message</c>.
/// </summary>
public sealed record Difference(string Field, string Recorded, string Ours)
{
    public override string ToString() => $"{Field}: recorded {Recorded}, ours {Ours}";
}
