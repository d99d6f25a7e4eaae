using System.Text.Json;

namespace Codius.Runtime.Containerd.Network;

/// <summary>A chain of another program, as nft names it.</summary>
internal sealed record ForeignChain(string Family, string Table, string Name)
{
    public override string ToString() => $"{Family} {Table} {Name}";
}

/// <summary>
/// Finds forward chains with policy drop, and what was put into them for pods, in the output of `nft -j`.
/// </summary>
internal static class ForeignPolicies
{
    /// <summary>Chains in `nft -j list chains` that drop what they do not know.</summary>
    public static IReadOnlyList<ForeignChain> Read(string json) =>
        [.. Objects(json, "chain")
            .Where(c => Text(c, "hook") == "forward"
                && Text(c, "policy") == "drop"
                && Text(c, "family") is "ip" or "inet")
            .Select(c => new ForeignChain(Text(c, "family")!, Text(c, "table")!, Text(c, "name")!))];

    /// <summary>Handles of the rules with a comment in `nft -j -a list chain`.</summary>
    public static IReadOnlyList<long> ReadRules(string json, string comment) =>
        [.. Objects(json, "rule")
            .Where(r => Text(r, "comment") == comment)
            .Select(r => r.GetProperty("handle").GetInt64())];

    private static IReadOnlyList<JsonElement> Objects(string json, string kind)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.GetProperty("nftables").EnumerateArray()
                .Where(e => e.TryGetProperty(kind, out _))
                .Select(e => e.GetProperty(kind).Clone())];
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException
            or InvalidOperationException)
        {
            return [];
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
