using System.Text.Json;
using System.Text.Json.Serialization;

namespace Codius.Testing.Peers;

/// <summary>An account of ilp-connector, with one of the three ways to connect it.</summary>
public sealed record JavaScriptAccount(string Relation, string AssetCode, int AssetScale)
{
    /// <summary>A port for one BTP client, which knows the secret.</summary>
    public int? Listen { get; init; }

    public string? Secret { get; init; }

    /// <summary>The BTP URL to connect to.</summary>
    public string? Server { get; init; }

    /// <summary>A port for any number of children.</summary>
    public int? Children { get; init; }

    public bool? SendRoutes { get; init; }

    public bool? ReceiveRoutes { get; init; }

    public string? MaxPacketAmount { get; init; }
}

/// <summary>ilp-connector 23.0.2 in a process of its own, on loopback ports.</summary>
public sealed class JavaScriptConnector : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly JsonProgram _program;
    private readonly Task<JsonElement> _ready;

    private JavaScriptConnector(JsonProgram program) =>
        (_program, _ready) = (program, program.NextAsync("ready"));

    /// <summary>
    /// Starts one; without an address it asks its parent. It is ready when its clients have connected, so wait for that
    /// after they could.
    /// </summary>
    public static async Task<JavaScriptConnector> StartAsync(
        string? address, IReadOnlyDictionary<string, JavaScriptAccount> accounts)
    {
        await NodePeers.EnsureInstalledAsync();
        return new JavaScriptConnector(new JsonProgram(NodePeers.Describe(NodePeers.Node, "connector.js",
            "--address", address ?? "", "--accounts", JsonSerializer.Serialize(accounts, Json))));
    }

    public Task WhenReadyAsync() => _ready;

    /// <summary>The prefixes that it has routes for.</summary>
    public async Task<IReadOnlyList<string>> PrefixesAsync()
    {
        await _program.SendAsync(new { Routes = true });
        var routes = await _program.NextAsync("routes");
        return [.. routes.GetProperty("localRoutingTable").EnumerateObject().Select(route => route.Name)];
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
