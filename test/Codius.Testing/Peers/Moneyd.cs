using Codius.Testing.Processes;

namespace Codius.Testing.Peers;

public sealed record MoneydOptions
{
    /// <summary>Packets above this amount are refused, so that payments arrive in several.</summary>
    public ulong? MaxPacketAmount { get; init; }

    public int PacketsAMinute { get; init; } = 10_000;

    public string AssetCode { get; init; } = "XRP";

    public int AssetScale { get; init; } = 9;
}

/// <summary>The connector of moneyd 4.3.0 in its local mode, on a port of its own.</summary>
public sealed class Moneyd : IAsyncDisposable
{
    private readonly JsonProgram _program;

    private Moneyd(JsonProgram program, int port) => (_program, Port) = (program, port);

    public int Port { get; }

    /// <summary>Without a secret: for peers that make their own.</summary>
    public string Url => $"btp+ws://127.0.0.1:{Port}";

    public RunningProgram Program => _program.Program;

    /// <summary>
    /// The URL of one account. Each client needs its own secret: two with the same one share an address.
    /// </summary>
    public string UrlWith(string secret) => $"btp+ws://:{secret}@127.0.0.1:{Port}";

    public static async Task<Moneyd> StartAsync(MoneydOptions? options = null, int port = 0)
    {
        options ??= new MoneydOptions();
        await NodePeers.EnsureInstalledAsync();
        var program = new JsonProgram(NodePeers.Describe(NodePeers.Node, "moneyd.js",
            "--port", $"{port}",
            "--asset-code", options.AssetCode,
            "--asset-scale", $"{options.AssetScale}",
            "--max-packet-amount", $"{options.MaxPacketAmount}",
            "--packets-a-minute", $"{options.PacketsAMinute}"));
        return await ReadyAsync(program);
    }

    private static async Task<Moneyd> ReadyAsync(JsonProgram program)
    {
        try
        {
            var listening = await program.NextAsync("listening");
            return new Moneyd(program, listening.GetProperty("port").GetInt32());
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
