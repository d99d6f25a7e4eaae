using System.Text.Json;

namespace Codius.Testing.Peers;

/// <summary>
/// @interledger/stream-receiver 0.3.3-alpha.4 behind ILP over HTTP. It takes all the money that comes.
/// </summary>
public sealed class StreamReceiverPeer : IAsyncDisposable
{
    private StreamReceiverPeer(JsonProgram program, JsonElement listening)
    {
        Events = program;
        Address = listening.GetProperty("address").GetString()!;
        SharedSecret = listening.GetProperty("secret").GetBytesFromBase64();
    }

    /// <summary>money, with its amount and the total so far.</summary>
    public JsonProgram Events { get; }

    public string Address { get; }

    public byte[] SharedSecret { get; }

    /// <summary>What it has taken so far.</summary>
    public ulong Total => Events.EventsNamed("money") is [.., var last]
        ? ulong.Parse(last.GetProperty("total").GetString()!)
        : 0;

    /// <summary>With <paramref name="decline"/> "temporary" or "final" it takes nothing.</summary>
    public static async Task<StreamReceiverPeer> StartAsync(HttpAccount account, string decline = "")
    {
        await NodePeers.EnsureInstalledAsync();
        var program = new JsonProgram(NodePeers.Describe(
            NodePeers.Node, "stream-receiver.js", [.. account.Arguments, "--decline", decline]));
        try
        {
            return new StreamReceiverPeer(program, await program.NextAsync("listening"));
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Events.DisposeAsync();
}
