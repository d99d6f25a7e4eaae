using System.Text.Json.Nodes;

namespace Interledger.Tests.Fixtures;

/// <summary>Values computed by the JavaScript packages (vectors.json) and the public STREAM packets.</summary>
internal static class Vectors
{
    public static JsonNode All { get; } = Load("vectors.json");

    public static JsonObject StreamPackets { get; } = Load("stream-packets.json").AsObject();

    public static string Text(this JsonNode? node, string name) => node![name]!.GetValue<string>();

    public static byte[] Hex(this JsonNode? node, string name) => Convert.FromHexString(node.Text(name));

    public static ulong Number(this JsonNode? node, string name) =>
        ulong.Parse(node.Text(name), System.Globalization.CultureInfo.InvariantCulture);

    private static JsonNode Load(string name)
    {
        using var stream = typeof(Vectors).Assembly.GetManifestResourceStream(name)!;
        return JsonNode.Parse(stream)!;
    }
}
