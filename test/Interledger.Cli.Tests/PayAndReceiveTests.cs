using Codius.Testing.Processes;
using Interledger.Connector.Listeners;
using Interledger.Connector.PlayMoney;
using Interledger.Receipts;
using Interledger.Spsp;

namespace Interledger.Cli.Tests;

/// <summary>The commands against a connector with play money, over BTP.</summary>
public sealed class PayAndReceiveTests : IAsyncLifetime
{
    private readonly PlayMoneyConnector _connector = new(new PlayMoneyOptions
    {
        Listener = new BtpListenerOptions { Port = FreePort.Next() },
        MaxPacketAmount = 200_000_000,
    });

    private string Via => $"btp+ws://127.0.0.1:{_connector.Port}";

    public async ValueTask InitializeAsync() => await _connector.ListenAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _connector.DisposeAsync();

    [Fact]
    public async Task A_payment_by_address_and_secret_arrives_and_ends_the_receiver()
    {
        using var receiver = new IlpRun();
        var received = receiver.RunAsync("receive", "--amount", "0.5", "--json", "--via", Via);
        var (address, secret, _) = await ListenAsync(receiver);
        using var payer = new IlpRun { Input = "y\n" };
        payer.Variables["ILP_VIA"] = Via;
        (await payer.RunAsync("pay", address, secret, "--amount", "0.5")).ShouldBe(ExitCode.Ok);
        payer.Out.ShouldBe("Sent      0.5 XRP\nArrived   0.5 XRP\n");
        payer.Error.ShouldContain("Costs     at most 0.5 XRP");
        (await received.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(ExitCode.Ok);
        receiver.Json[1].GetProperty("received").GetProperty("amount").GetString().ShouldBe("500000000");
        receiver.Json[^1].GetProperty("received").GetProperty("text").GetString().ShouldBe("0.5 XRP");
    }

    [Fact]
    public async Task A_fixed_delivery_by_spsp_arrives_until_the_receiver_is_stopped()
    {
        using var receiver = new IlpRun();
        var received = receiver.RunAsync("receive", "--spsp-port", "0", "--json", "--via", Via);
        var (_, _, spsp) = await ListenAsync(receiver);
        using var payer = new IlpRun();
        payer.Variables["ILP_BTP_SERVER"] = Via;
        var code = await payer.RunAsync(
            "pay", spsp!, "--allow-http", "--amount", "300000001", "--units", "--deliver", "--yes", "--json");
        code.ShouldBe(ExitCode.Ok);
        payer.Json[0].GetProperty("delivered").GetProperty("amount").GetString().ShouldBe("300000001");
        await Deadline.UntilAsync(() => receiver.Json.Length == 2, "the payment's line");
        receiver.Stop();
        (await received.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(ExitCode.Ok);
        receiver.Json[^1].GetProperty("received").GetProperty("text").GetString().ShouldBe("0.300000001 XRP");
    }

    [Fact]
    public async Task A_payment_with_receipts_shows_one_that_the_verifier_believes()
    {
        using var receiver = new IlpRun();
        var received = receiver.RunAsync("receive", "--amount", "0.3", "--spsp-port", "0", "--json", "--via", Via);
        var (_, _, spsp) = await ListenAsync(receiver);
        var verifier = new ReceiptVerifier(new byte[ReceiptVerifier.SeedLength]);
        using var http = SpspClient.CreateHttpClient();
        var (answer, _) = await new SpspClient(http, new SpspClientOptions { AllowHttp = true })
            .QueryAsync(new Uri(spsp!), verifier.CreateSetup(), TestContext.Current.CancellationToken);
        var (address, secret) = answer!.Credentials;
        using var payer = new IlpRun();
        var code = await payer.RunAsync(
            "pay", address.Value, Convert.ToHexString(secret.Span), "--amount", "0.3", "--yes", "--json", "--via", Via);
        code.ShouldBe(ExitCode.Ok);
        var bytes = Convert.FromBase64String(payer.Json[0].GetProperty("receipt").GetString()!);
        verifier.TryVerify(bytes, out var receipt).ShouldBeTrue();
        receipt.TotalReceived.ShouldBe(300_000_000UL);
        (await received.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(ExitCode.Ok);
    }

    [Fact]
    public async Task A_payment_that_the_user_declines_moves_nothing()
    {
        using var receiver = new IlpRun();
        var received = receiver.RunAsync("receive", "--json", "--via", Via);
        var (address, secret, _) = await ListenAsync(receiver);
        using var payer = new IlpRun { Input = "n\n" };
        (await payer.RunAsync("pay", address, secret, "--amount", "1", "--via", Via)).ShouldBe(ExitCode.Cancelled);
        receiver.Stop();
        await received.WaitAsync(TimeSpan.FromSeconds(20));
        receiver.Json[^1].GetProperty("received").GetProperty("amount").GetString().ShouldBe("0");
    }

    [Fact]
    public async Task A_ping_tells_a_receiver_that_answers_from_an_address_without_a_route()
    {
        using var receiver = new IlpRun();
        var received = receiver.RunAsync("receive", "--json", "--via", Via);
        var (address, _, _) = await ListenAsync(receiver);
        using var known = new IlpRun();
        (await known.RunAsync("ping", address, "--count", "2", "--json", "--via", Via)).ShouldBe(ExitCode.Ok);
        known.Json.Select(static line => line.GetProperty("code").GetString()).ShouldBe(["F06", "F06"]);
        known.Json.ShouldAllBe(static line => line.GetProperty("reached").GetBoolean());
        using var unknown = new IlpRun();
        (await unknown.RunAsync("ping", "g.nowhere.bob", "--count", "1", "--via", Via)).ShouldBe(ExitCode.Refused);
        unknown.Out.ShouldContain("There is no route to it beyond test.codius.");
        receiver.Stop();
        await received.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_payment_to_nobody_fails_and_says_that_nothing_was_paid()
    {
        using var payer = new IlpRun();
        var code = await payer.RunAsync(
            "pay", "g.nowhere.bob", new string('0', 64), "--amount", "1", "--yes", "--json", "--via", Via);
        code.ShouldBe(ExitCode.PaymentFailed);
        payer.Error.ShouldContain("Nothing was paid.");
        payer.Json[0].GetProperty("exitCode").GetInt32().ShouldBe(3);
    }

    [Theory]
    [InlineData("more than 9 decimal places", "0.0000000001")]
    [InlineData("is too much", "99999999999999999999")]
    public async Task An_amount_that_the_asset_cannot_express_is_refused(string why, string amount)
    {
        using var payer = new IlpRun();
        var code = await payer.RunAsync(
            "pay", "test.codius.bob", new string('0', 64), "--amount", amount, "--yes", "--via", Via);
        code.ShouldBe(ExitCode.Usage);
        payer.Error.ShouldContain(why);
    }

    private static async Task<(string Address, string Secret, string? Spsp)> ListenAsync(IlpRun receiver)
    {
        await Deadline.UntilAsync(() => receiver.Json.Length > 0, "the receiver's address");
        var line = receiver.Json[0];
        return (
            line.GetProperty("address").GetString()!,
            line.GetProperty("secret").GetString()!,
            line.TryGetProperty("spsp", out var spsp) ? spsp.GetString() : null);
    }
}
