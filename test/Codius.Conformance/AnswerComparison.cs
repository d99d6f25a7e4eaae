using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Codius.Conformance;

/// <summary>
/// Compares what a client can rely on: the status, the content type, every field of a JSON body. What ours has more is
/// no difference.
/// </summary>
public static class AnswerComparison
{
    /// <summary>True by nature at one moment on one machine; only their kind of value is compared.</summary>
    private static readonly Dictionary<string, string> Momentary = new(StringComparer.Ordinal)
    {
        ["body.serverFreeMemory"] = "memory of the machine",
        ["body.freeMem"] = "memory of the machine",
        ["body.serverUptime"] = "time since the machine's start",
        ["body.serviceUptime"] = "time since the program's start",
        ["body.avgLoad"] = "load of the machine",
        ["body.expiry"] = "a time that follows the request's",
    };

    private const string RawStream = "application/vnd.codius.raw-stream";

    public static IReadOnlyList<Difference> Compare(RecordedMessage recorded, RecordedMessage ours)
    {
        var differences = new List<Difference>();
        Add(differences, "status", recorded.Status.ToString(), ours.Status.ToString());
        var (type, ourType) = (recorded.Header("Content-Type"), ours.Header("Content-Type"));
        Add(differences, "header.content-type", type ?? "none", ourType ?? "none");
        if (recorded.Header("Pay") is not null && !IsPayHeader(ours.Header("Pay")))
            differences.Add(new Difference("header.pay", recorded.Header("Pay")!, ours.Header("Pay") ?? "none"));
        if (TryParse(recorded.Body) is not { } expected)
        {
            if (type == RawStream)
                Add(differences, "body", recorded.Body, ours.Body);
            return differences;
        }

        if (TryParse(ours.Body) is { } actual)
            CompareNodes("body", expected, actual, differences);
        else
            differences.Add(new Difference("body", recorded.Body, ours.Body));
        return differences;
    }

    private static void CompareNodes(string path, JsonNode? recorded, JsonNode? ours, List<Difference> differences)
    {
        if (recorded is JsonObject expected && ours is JsonObject actual)
        {
            foreach (var (name, value) in expected)
                CompareNodes($"{path}.{name}", value, actual[name], differences);
        }
        else if (recorded is JsonArray items && ours is JsonArray others && items.Count == others.Count)
        {
            for (var i = 0; i < items.Count; i++)
                CompareNodes($"{path}[{i}]", items[i], others[i], differences);
        }
        else if (Momentary.ContainsKey(path))
            Add(differences, path, KindOf(recorded), KindOf(ours));
        else
            Add(differences, path, recorded?.ToJsonString() ?? "null", ours?.ToJsonString() ?? "null");
    }

    private static void Add(List<Difference> differences, string field, string recorded, string ours)
    {
        if (recorded != ours)
            differences.Add(new Difference(field, recorded, ours));
    }

    private static string KindOf(JsonNode? node) => node?.GetValueKind().ToString() ?? "none";

    private static JsonNode? TryParse(string body)
    {
        try
        {
            return body.StartsWith('{') ? JsonNode.Parse(Encoding.Latin1.GetBytes(body)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// <c>interledger-stream</c>, an address, and 32 bytes in padded base64: clients split it at the spaces.
    /// </summary>
    private static bool IsPayHeader(string? value)
    {
        var parts = value?.Split(' ') ?? [];
        return parts is ["interledger-stream", { Length: > 0 }, { Length: 44 }]
            && Convert.TryFromBase64String(parts[2], new byte[32], out var count) && count == 32;
    }
}
