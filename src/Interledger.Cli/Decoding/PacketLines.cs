using System.Text.Json.Nodes;
using Interledger.Cli.Output;

namespace Interledger.Cli.Decoding;

/// <summary>A packet that was read, line by line, for people.</summary>
internal static class PacketLines
{
    private const string Title = "type";
    private const int Column = 16;
    private const int LongestValue = 300;

    public static IEnumerable<string> Of(JsonObject packet, int depth = 0)
    {
        var indent = new string(' ', 2 * depth);
        if (packet[Title] is { } title)
            yield return $"{indent}{title}";
        foreach (var (name, value) in packet.Where(static pair => pair.Key != Title))
        {
            foreach (var line in Of(name, value, indent + "  ", depth + 1))
                yield return line;
        }
    }

    private static IEnumerable<string> Of(string name, JsonNode? value, string indent, int depth)
    {
        switch (value)
        {
            case JsonObject inner:
                return [indent + name, .. Of(inner, depth)];
            case JsonArray { Count: 0 }:
                return [$"{indent}{name.PadRight(Column)}none"];
            case JsonArray list:
                return list.SelectMany(
                    (item, i) => (string[])[$"{indent}{name} {i + 1}", .. Of((JsonObject)item!, depth)]);
            default:
                return [$"{indent}{name.PadRight(Column)}{Shorten(value!.ToString())}"];
        }
    }

    private static string Shorten(string value) => value.Length switch
    {
        0 => "none",
        > LongestValue => $"{PlainText.OneLine(value[..LongestValue])}… ({value.Length} characters; --json has all)",
        _ => PlainText.OneLine(value),
    };
}
