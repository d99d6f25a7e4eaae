using System.Globalization;
using System.Net;
using System.Text.Json;
using Codius.Testing.Peers;
using Interledger.Addresses;
using Interledger.Payments;
using Interledger.Receipts;
using Interledger.Spsp;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Codius.Interop.Receipts;

/// <summary>Receipts of ours in JavaScript's hands, and the other way round.</summary>
public sealed class ReceiptInteropTests : IAsyncLifetime
{
    private const ulong Price = 2_283_106;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ReceiptVerifier _verifier = new(new byte[32]);
    private Wallet _wallet = null!;

    public static TheoryData<string> Releases => [.. StreamRelease.All.Select(release => release.Version)];

    public async ValueTask InitializeAsync() => _wallet = await Wallet.StartAsync();

    public ValueTask DisposeAsync() => _wallet.DisposeAsync();

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task A_JavaScript_client_collects_our_receipts_and_JavaScript_verifies_them(string release)
    {
        var setup = _verifier.CreateSetup();
        var credentials = _wallet.Server.CreateCredentials("tag", setup);
        await using var client = await StreamClientPeer.StartAsync(
            StreamRelease.Of(release),
            new Codius.Testing.Peers.StreamPayment(
                _wallet.UrlWith("payer"), credentials.Address.Value, credentials.SharedSecret.ToArray())
            {
                Amount = Price,
            });
        var done = await client.NextAsync("done", Patience);
        var receipt = done.GetProperty("receipt").GetBytesFromBase64();
        TotalOf(receipt).ShouldBe(Price);

        var checking = new JsonProgram(NodePeers.Describe(
            StreamRelease.Of(release).Node,
            "receipt.js",
            "--version", release,
            "--receipt", Convert.ToBase64String(receipt),
            "--secret", Convert.ToBase64String(setup.Secret.Span)));
        await using (checking)
        {
            var read = await checking.NextAsync("receipt");
            read.GetProperty("nonce").GetBytesFromBase64().ShouldBe(setup.Nonce.ToArray());
            (Number(read, "streamId"), Number(read, "totalReceived")).ShouldBe((1UL, Price));
        }
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task We_collect_the_receipts_of_a_JavaScript_server_and_verify_them(string release)
    {
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Of(release), _wallet.UrlWith("receiver"), receiveMax: Price);
        var setup = _verifier.CreateSetup();
        await server.Events.SendAsync(new
        {
            ReceiptNonce = Convert.ToBase64String(setup.Nonce.Span),
            ReceiptSecret = Convert.ToBase64String(setup.Secret.Span),
        });
        var outcome = await PayAsync(
            CredentialsOf(await server.Events.NextAsync("listening")), PaymentAmount.FixedSource(Price));
        outcome.End.ShouldBe(PaymentEnd.Completed);
        TotalOf(outcome.Totals.Receipt).ShouldBe(Price);
    }

    [Fact]
    public async Task We_collect_the_receipts_of_a_stream_receiver_and_verify_them()
    {
        await NodePeers.EnsureInstalledAsync();
        var setup = _verifier.CreateSetup();
        await using var receiver = new JsonProgram(NodePeers.Describe(
            NodePeers.Node,
            "receipt-receiver.js",
            "--btp", _wallet.UrlWith("receiver"),
            "--receipt-nonce", Convert.ToBase64String(setup.Nonce.Span),
            "--receipt-secret", Convert.ToBase64String(setup.Secret.Span)));
        var outcome = await PayAsync(
            CredentialsOf(await receiver.NextAsync("listening")), PaymentAmount.FixedDelivery(Price));
        outcome.End.ShouldBe(PaymentEnd.Completed);
        outcome.Totals.Delivered.ShouldBe(Price);
        TotalOf(outcome.Totals.Receipt).ShouldBe(Price);
        Number(receiver.EventsNamed("money")[^1], "total").ShouldBe(Price);
    }

    [Theory]
    [InlineData("--send")]
    [InlineData("--deliver")]
    public async Task Interledger_pay_pays_our_SPSP_endpoint(string kind)
    {
        await NodePeers.EnsureInstalledAsync();
        var endpoint = _wallet.Endpoint;
        await using var payer = new JsonProgram(NodePeers.Describe(
            NodePeers.Node,
            "spsp-pay.js",
            "--btp", _wallet.UrlWith("payer"),
            "--account", $"http://127.0.0.1{endpoint.AbsolutePath}",
            "--port", $"{endpoint.Port}",
            kind, $"{Price}"));
        var done = await payer.NextAsync("done", Patience);
        done.TryGetProperty("problem", out _).ShouldBeFalse();
        (Number(done, "sent"), Number(done, "delivered")).ShouldBe((Price, Price));
        done.TryGetProperty("receipt", out _).ShouldBeFalse();
        _wallet.Balance.ShouldBe((Int128)Price);
    }

    [Fact]
    public async Task Interledger_pay_is_told_that_there_is_nobody()
    {
        await NodePeers.EnsureInstalledAsync();
        await using var payer = new JsonProgram(NodePeers.Describe(
            NodePeers.Node,
            "spsp-pay.js",
            "--btp", _wallet.UrlWith("payer"),
            "--account", "http://127.0.0.1/nobody",
            "--port", $"{_wallet.Endpoint.Port}",
            "--send", "1"));
        (await payer.NextAsync("error", Patience)).GetProperty("message").GetString().ShouldBe("QueryFailed");
    }

    [Fact]
    public async Task The_original_verifier_credits_our_receipts_once()
    {
        await using var verifier = await ReceiptVerifierPeer.StartAsync(_wallet.Endpoint, new byte[32]);
        var answer = await QueryAsync(verifier.SpspEndpoint);
        answer.ReceiptsEnabled.ShouldBeTrue();
        var stream = _wallet.Client().Connect(answer.Credentials).OpenStream();
        foreach (var total in new ulong[] { 300, 1000 })
        {
            stream.SetSendMax(total);
            (await stream.WaitForSentAsync(total).WaitAsync(Patience)).ShouldBeTrue();
            (await verifier.CreditAsync("alice", stream.Receipt)).ShouldBe((HttpStatusCode.OK, $"{total}"));
        }

        (await verifier.CreditAsync("alice", stream.Receipt)).Text.ShouldBe("expired receipt");
        var forged = stream.Receipt.ToArray();
        forged[20] ^= 1;
        (await verifier.CreditAsync("alice", forged)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await verifier.SpendAsync("alice", 999)).ShouldBe((HttpStatusCode.OK, "1"));
        _wallet.Balance.ShouldBe(1000);
    }

    [Fact]
    public async Task The_original_verifier_credits_a_JavaScript_client_s_receipts_of_ours()
    {
        await using var verifier = await ReceiptVerifierPeer.StartAsync(_wallet.Endpoint, new byte[32]);
        var answer = await QueryAsync(verifier.SpspEndpoint);
        await using var client = await StreamClientPeer.StartAsync(
            StreamRelease.Latest,
            new Codius.Testing.Peers.StreamPayment(
                _wallet.UrlWith("payer"),
                answer.Credentials.Address.Value,
                answer.Credentials.SharedSecret.ToArray())
            {
                Amount = 777,
            });
        var receipt = (await client.NextAsync("done", Patience)).GetProperty("receipt").GetBytesFromBase64();
        (await verifier.CreditAsync("bob", receipt)).ShouldBe((HttpStatusCode.OK, "777"));
    }

    private async Task<PaymentOutcome> PayAsync(StreamCredentials credentials, PaymentAmount amount)
    {
        var (payment, failure) = await OutgoingPayment.QuoteAsync(_wallet.Client(), credentials, amount)
            .WaitAsync(Patience);
        failure.ShouldBeNull();
        return await payment!.PayAsync().WaitAsync(Patience);
    }

    private static async Task<SpspAnswer> QueryAsync(Uri endpoint)
    {
        using var http = SpspClient.CreateHttpClient();
        var result = await new SpspClient(http, new SpspClientOptions { AllowHttp = true }).QueryAsync(endpoint);
        result.Error.ShouldBeNull();
        return result.Answer!;
    }

    private ulong TotalOf(ReadOnlyMemory<byte> receipt)
    {
        _verifier.TryVerify(receipt.Span, out var read).ShouldBeTrue();
        return read.TotalReceived;
    }

    private static StreamCredentials CredentialsOf(JsonElement listening) => new(
        IlpAddress.Parse(listening.GetProperty("address").GetString()!),
        listening.GetProperty("secret").GetBytesFromBase64());

    private static ulong Number(JsonElement json, string name) =>
        ulong.Parse(json.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
