using System.Text.Json;

namespace Codius.Testing.Peers;

/// <summary>
/// ilp-plugin-btp 1.5.0 alone, as the client of a BTP server or waiting for a client. It fulfils every Prepare with the
/// first 32 bytes of its data and returns them; data that begin with "reject" are rejected (F99), with "silence" never
/// answered.
/// </summary>
public sealed class BtpPeer : IAsyncDisposable
{
    private BtpPeer(JsonProgram events, string url) => (Events, Url) = (events, url);

    /// <summary>connected, disconnected, prepare, answer.</summary>
    public JsonProgram Events { get; }

    /// <summary>Where a client reaches it, or where it is connected to.</summary>
    public string Url { get; }

    public static async Task<BtpPeer> ListenAsync(string secret, string address = "test.parent", int port = 0)
    {
        await NodePeers.EnsureInstalledAsync();
        var program = new JsonProgram(NodePeers.Describe(NodePeers.Node, "btp-peer.js",
            "--listen", $"{port}", "--secret", secret, "--address", address));
        return await WhenAsync(
            program, "listening", listening => $"btp+ws://:{secret}@127.0.0.1:{listening.GetProperty("port")}");
    }

    public static async Task<BtpPeer> ConnectAsync(string btpUrl)
    {
        await NodePeers.EnsureInstalledAsync();
        var program = new JsonProgram(NodePeers.Describe(NodePeers.Node, "btp-peer.js", "--btp", btpUrl));
        return await WhenAsync(program, "connected", _ => btpUrl);
    }

    /// <summary>
    /// Sends a Prepare that is fulfilled by the first 32 bytes of its data; its answer is an "answer" event.
    /// </summary>
    public Task PrepareAsync(string destination, ulong amount, byte[] data, TimeSpan? expiresIn = null) =>
        Events.SendAsync(new
        {
            Prepare = new
            {
                destination,
                Amount = $"{amount}",
                data,
                Milliseconds = (expiresIn ?? TimeSpan.FromSeconds(10)).TotalMilliseconds,
            },
        });

    public Task DisconnectAsync() => Events.SendAsync(new { Disconnect = true });

    public ValueTask DisposeAsync() => Events.DisposeAsync();

    private static async Task<BtpPeer> WhenAsync(JsonProgram program, string happened, Func<JsonElement, string> urlOf)
    {
        try
        {
            return new BtpPeer(program, urlOf(await program.NextAsync(happened)));
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }
}
