using System.Net;
using Codius.Testing.Processes;

namespace Codius.Testing.Peers;

/// <summary>@coil/receipt-verifier 1.0.3: stands between payers and an SPSP endpoint, and credits receipts.</summary>
public sealed class ReceiptVerifierPeer : IAsyncDisposable
{
    private readonly Redis _redis;
    private readonly RunningProgram _program;
    private readonly HttpClient _http = new();
    private readonly int _port;

    private ReceiptVerifierPeer(Redis redis, RunningProgram program, int port, int proxyPort)
    {
        _redis = redis;
        _program = program;
        _port = port;
        SpspEndpoint = new Uri($"http://127.0.0.1:{proxyPort}/");
    }

    /// <summary>
    /// Where payers ask, once: a second query of a verifier is answered by the handler of its first too.
    /// </summary>
    public Uri SpspEndpoint { get; }

    public static async Task<ReceiptVerifierPeer> StartAsync(Uri walletEndpoint, byte[] seed)
    {
        await NodePeers.EnsureInstalledAsync();
        var redis = await Redis.StartAsync();
        var (port, proxyPort) = (FreePort.Next(), FreePort.Next());
        var package = Path.Combine(
            NodePeers.Directory, "node_modules", "@coil", "receipt-verifier", "dist", "index.js");
        var program = RunningProgram.Start(new ProgramStart(
            NodePeers.Node, "--require", Path.Combine(NodePeers.Directory, "loopback.js"), package)
        {
            Environment = new Dictionary<string, string?>
            {
                ["REDIS_URI"] = $"redis://127.0.0.1:{redis.Port}/",
                ["SPSP_ENDPOINT"] = walletEndpoint.ToString(),
                ["VERIFIER_PORT"] = $"{port}",
                ["SPSP_PROXY_PORT"] = $"{proxyPort}",
                ["RECEIPT_SEED"] = Convert.ToBase64String(seed),
            },
        });
        var verifier = new ReceiptVerifierPeer(redis, program, port, proxyPort);
        try
        {
            await program.WaitForLineAsync(static line => line.StartsWith("SPSP proxy", StringComparison.Ordinal));
            await program.WaitForLineAsync(static line => line.StartsWith("Balances API", StringComparison.Ordinal));
            return verifier;
        }
        catch
        {
            await verifier.DisposeAsync();
            throw;
        }
    }

    /// <summary>Credits a receipt; the answer is the balance, or a reason.</summary>
    public Task<(HttpStatusCode Status, string Text)> CreditAsync(string balance, ReadOnlyMemory<byte> receipt) =>
        PostAsync($"{balance}:creditReceipt", Convert.ToBase64String(receipt.Span));

    public Task<(HttpStatusCode Status, string Text)> SpendAsync(string balance, ulong amount) =>
        PostAsync($"{balance}:spend", $"{amount}");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _program.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private async Task<(HttpStatusCode Status, string Text)> PostAsync(string path, string body)
    {
        using var content = new StringContent(body);
        using var response = await _http.PostAsync(new Uri($"http://127.0.0.1:{_port}/balances/{path}"), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
