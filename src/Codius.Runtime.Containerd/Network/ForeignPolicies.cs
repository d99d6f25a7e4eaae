using System.Text.Json;

namespace Codius.Runtime.Containerd.Network;

/// <summary>Finds forward chains with policy drop in `nft -j list chains`.</summary>
internal static class ForeignPolicies
{
    public static IReadOnlyList<string> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.GetProperty("nftables").EnumerateArray()
                .Where(e => e.TryGetProperty("chain", out _))
                .Select(e => e.GetProperty("chain"))
                .Where(c => Text(c, "hook") == "forward" && Text(c, "policy") == "drop" && Text(c, "family") is "ip" or "inet")
                .Select(c => $"{Text(c, "family")} {Text(c, "table")} {Text(c, "name")}")];
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return [];
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
