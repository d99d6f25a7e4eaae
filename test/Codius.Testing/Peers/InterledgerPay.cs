using System.Globalization;
using System.Text.Json;

namespace Codius.Testing.Peers;

/// <summary>What came of a payment; <paramref name="Problem"/> is one of the package's errors.</summary>
public sealed record InterledgerPayResult(ulong Sent, ulong Delivered, string? Problem);

/// <summary>@interledger/pay 0.4.0-alpha.9: one payment to an address with its secret.</summary>
public sealed class InterledgerPay
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<string> _arguments;

    private InterledgerPay(IEnumerable<string> arguments) => _arguments = [.. arguments];

    /// <summary>A payer with an account by BTP.</summary>
    public static InterledgerPay OverBtp(string url, string assetCode = "XRP", int assetScale = 9) =>
        new(["--btp", url, "--asset-code", assetCode, "--asset-scale", $"{assetScale}"]);

    /// <summary>A payer with an account by ILP over HTTP.</summary>
    public static InterledgerPay OverHttp(HttpAccount account) => new(account.Arguments);

    /// <summary>Sends a fixed amount of its own asset.</summary>
    public Task<InterledgerPayResult> SendAsync(string address, ReadOnlyMemory<byte> secret, ulong amount) =>
        RunAsync([.. To(address, secret), "--send", $"{amount}"]);

    /// <summary>Delivers a fixed amount of the receiver's asset.</summary>
    public Task<InterledgerPayResult> DeliverAsync(string address, ReadOnlyMemory<byte> secret, ulong amount) =>
        RunAsync([.. To(address, secret), "--deliver", $"{amount}"]);

    private static IEnumerable<string> To(string address, ReadOnlyMemory<byte> secret) =>
        ["--address", address, "--secret", Convert.ToBase64String(secret.Span)];

    private async Task<InterledgerPayResult> RunAsync(IEnumerable<string> payment)
    {
        await NodePeers.EnsureInstalledAsync();
        await using var program = new JsonProgram(NodePeers.Describe(
            NodePeers.Node, "pay.js", [.. _arguments, .. payment]));
        var done = await program.NextAsync("done", Patience);
        return new InterledgerPayResult(
            Amount(done, "amountSent"),
            Amount(done, "amountDelivered"),
            done.TryGetProperty("problem", out var problem) ? problem.GetString() : null);
    }

    private static ulong Amount(JsonElement done, string name) =>
        ulong.Parse(done.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
