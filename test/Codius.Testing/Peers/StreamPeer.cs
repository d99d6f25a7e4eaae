using System.Globalization;
using System.Text.Json;
using Codius.Testing.Processes;

namespace Codius.Testing.Peers;

/// <summary>The releases of ilp-protocol-stream that are in use: the one of moneyd's time, and the last one.</summary>
public sealed record StreamRelease(string Version, string Node)
{
    public static StreamRelease Classic { get; } = new("2.7.1", NodePeers.Node16);

    public static StreamRelease Latest { get; } = new("2.7.2-alpha.3", NodePeers.Node);

    public static IReadOnlyList<StreamRelease> All { get; } = [Classic, Latest];

    public static StreamRelease Of(string version) => All.First(release => release.Version == version);

    public override string ToString() => Version;
}

/// <summary>A STREAM receiver in JavaScript.</summary>
public sealed class StreamServerPeer : IAsyncDisposable
{
    private StreamServerPeer(JsonProgram program, JsonElement listening)
    {
        Events = program;
        Address = listening.GetProperty("address").GetString()!;
        SharedSecret = listening.GetProperty("secret").GetBytesFromBase64();
    }

    /// <summary>connection, stream, money, data, sent, stream-ended, connection-closed, each with its totals.</summary>
    public JsonProgram Events { get; }

    public string Address { get; }

    public byte[] SharedSecret { get; }

    public static async Task<StreamServerPeer> StartAsync(
        StreamRelease release, string btpUrl, ulong receiveMax, ulong sendBack = 0, bool echo = false)
    {
        await NodePeers.EnsureInstalledAsync();
        List<string> arguments =
        [
            "--version", release.Version, "--btp", btpUrl,
            "--receive-max", $"{receiveMax}", "--send-back", $"{sendBack}",
        ];
        if (echo) arguments.Add("--echo");
        var program = new JsonProgram(NodePeers.Describe(release.Node, "stream-server.js", arguments));
        try
        {
            return new StreamServerPeer(program, await program.NextAsync("listening"));
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Events.DisposeAsync();
}

/// <summary>What a JavaScript STREAM sender is to do on one stream.</summary>
public sealed record StreamPayment(string BtpUrl, string Address, byte[] SharedSecret)
{
    /// <summary>An account by ILP over HTTP, instead of the BTP URL.</summary>
    public HttpAccount? Http { get; init; }

    public ulong Amount { get; init; }

    public string Data { get; init; } = "";

    /// <summary>That many bytes of data instead of <see cref="Data"/>.</summary>
    public int DataBytes { get; init; }

    /// <summary>Money that it takes in return.</summary>
    public ulong ReceiveMax { get; init; }

    /// <summary>It ends only when it has been sent this many bytes and units.</summary>
    public int ExpectedBytes { get; init; }

    public ulong ExpectedMoney { get; init; }

    public double Slippage { get; init; } = 0.01;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}

public sealed record StreamPaymentResult(ulong TotalSent, ulong TotalDelivered, ulong TotalReceived, string Data);

/// <summary>A STREAM sender in JavaScript.</summary>
public static class StreamClientPeer
{
    public static async Task<StreamPaymentResult> PayAsync(StreamRelease release, StreamPayment payment)
    {
        await using var program = await StartAsync(release, payment);
        var done = await program.NextAsync("done", payment.Timeout + TimeSpan.FromSeconds(10));
        return new StreamPaymentResult(
            Amount(done, "totalSent"), Amount(done, "totalDelivered"), Amount(done, "totalReceived"),
            done.GetProperty("data").GetString()!);
    }

    public static async Task<JsonProgram> StartAsync(StreamRelease release, StreamPayment payment)
    {
        await NodePeers.EnsureInstalledAsync();
        return new JsonProgram(NodePeers.Describe(release.Node, "stream-client.js",
        [
            .. payment.Http?.Arguments ?? ["--btp", payment.BtpUrl],
            "--version", release.Version,
            "--address", payment.Address,
            "--secret", Convert.ToBase64String(payment.SharedSecret),
            "--amount", $"{payment.Amount}",
            "--data", payment.Data,
            "--data-bytes", $"{payment.DataBytes}",
            "--receive-max", $"{payment.ReceiveMax}",
            "--expect-data", $"{payment.ExpectedBytes}",
            "--expect-money", $"{payment.ExpectedMoney}",
            "--slippage", payment.Slippage.ToString(CultureInfo.InvariantCulture),
            "--timeout", $"{payment.Timeout.TotalMilliseconds}",
        ]));
    }

    private static ulong Amount(JsonElement done, string name) =>
        ulong.Parse(done.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
