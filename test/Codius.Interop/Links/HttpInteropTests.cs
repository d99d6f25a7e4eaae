using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Interledger.Addresses;
using Interledger.Http;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Codius.Interop.Links;

/// <summary>
/// Our ILP over HTTP, both ways, with JavaScript programs that speak it as Rafiki does: @interledger/stream-receiver,
/// @interledger/pay and ilp-protocol-stream.
/// </summary>
public sealed class HttpInteropTests
{
    private const ulong Price = 2_283_106;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Releases => [.. StreamRelease.All.Select(release => release.Version)];

    [Theory]
    [InlineData(1)]
    [InlineData(Price)]
    [InlineData(1_000_000_000_000_000)]
    public async Task Our_client_pays_a_stream_receiver(ulong amount)
    {
        await using var ours = await HttpSide.StartAsync();
        await using var receiver = await StreamReceiverPeer.StartAsync(ours.Peer);
        await using var client = ours.Client();
        var connection = client.Connect(
            new StreamCredentials(IlpAddress.Parse(receiver.Address), receiver.SharedSecret));
        (await connection.OpenAsync().WaitAsync(Patience)).ShouldBeNull();
        connection.PeerAsset.ShouldBe(HttpSide.Asset);
        var stream = connection.OpenStream();
        stream.SetSendMax(amount);
        (await stream.WaitForSentAsync(amount).WaitAsync(Patience)).ShouldBeTrue();
        stream.TotalDelivered.ShouldBe(amount);
        receiver.Total.ShouldBe(amount);
        ours.Link.Status.State.ShouldBe(HttpLinkState.Working);
    }

    [Fact]
    public async Task Our_client_stops_when_a_stream_receiver_declines_for_good()
    {
        await using var ours = await HttpSide.StartAsync();
        await using var receiver = await StreamReceiverPeer.StartAsync(ours.Peer, decline: "final");
        await using var client = ours.Client();
        var connection = client.Connect(
            new StreamCredentials(IlpAddress.Parse(receiver.Address), receiver.SharedSecret));
        var stream = connection.OpenStream();
        stream.SetSendMax(Price);
        (await stream.WaitForSentAsync(Price).WaitAsync(Patience)).ShouldBeFalse();
        (stream.TotalSent, receiver.Total).ShouldBe((0UL, 0UL));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Price)]
    [InlineData(1_000_000_000_000_000)]
    public async Task Interledger_pay_sends_our_server_a_fixed_amount(ulong amount)
    {
        await using var ours = await HttpSide.StartAsync();
        await using var server = ours.Serve(static stream => stream.SetReceiveMax(ulong.MaxValue));
        var credentials = server.CreateCredentials();
        var paid = await InterledgerPay.OverHttp(ours.Peer with { Port = null })
            .SendAsync(credentials.Address.Value, credentials.SharedSecret, amount);
        paid.ShouldBe(new InterledgerPayResult(amount, amount, null));
    }

    [Fact]
    public async Task Interledger_pay_delivers_our_server_a_fixed_amount()
    {
        await using var ours = await HttpSide.StartAsync();
        var stream = new TaskCompletionSource<MoneyStream>();
        await using var server = ours.Serve(opened =>
        {
            opened.SetReceiveMax(ulong.MaxValue);
            stream.TrySetResult(opened);
        });
        var credentials = server.CreateCredentials();
        var paid = await InterledgerPay.OverHttp(ours.Peer with { Port = null })
            .DeliverAsync(credentials.Address.Value, credentials.SharedSecret, Price);
        paid.ShouldBe(new InterledgerPayResult(Price, Price, null));
        (await stream.Task).TotalReceived.ShouldBe(Price);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task An_ilp_protocol_stream_client_pays_our_server_and_gets_money_and_bytes_back(string release)
    {
        await using var ours = await HttpSide.StartAsync();
        await using var server = ours.Serve(stream =>
        {
            stream.SetReceiveMax(Price);
            _ = EchoAsync(stream);
            _ = SendBackAsync(stream, 500);
        });
        var credentials = server.CreateCredentials();
        var paid = await StreamClientPeer.PayAsync(
            StreamRelease.Of(release),
            new StreamPayment("", credentials.Address.Value, credentials.SharedSecret.ToArray())
            {
                Http = ours.Peer,
                Amount = Price,
                Data = "hello",
                ReceiveMax = 500,
                ExpectedBytes = 5,
                ExpectedMoney = 500,
            });
        paid.ShouldBe(new StreamPaymentResult(Price, Price, 500, "hello"));
    }

    [Fact]
    public async Task A_wrong_token_is_refused_on_either_side_and_nothing_moves()
    {
        await using var ours = await HttpSide.StartAsync();
        await using var receiver = await StreamReceiverPeer.StartAsync(ours.Peer);
        ours.Link.UseToken("another");
        await using var client = ours.Client();
        var stream = client
            .Connect(new StreamCredentials(IlpAddress.Parse(receiver.Address), receiver.SharedSecret))
            .OpenStream();
        stream.SetSendMax(Price);
        await Deadline.UntilAsync(
            () => ours.Link.Status.State == HttpLinkState.TokenRefused, "the receiver refuses our token");
        receiver.Total.ShouldBe(0UL);

        await using var server = ours.Serve(static opened => opened.SetReceiveMax(Price));
        var credentials = server.CreateCredentials();
        var payer = InterledgerPay.OverHttp(ours.Peer with { Port = null, Token = "another" });
        await Should.ThrowAsync<ProgramFailedException>(
            () => payer.SendAsync(credentials.Address.Value, credentials.SharedSecret, Price));
        server.ConnectionCount.ShouldBe(0);
    }

    private static async Task EchoAsync(MoneyStream stream)
    {
        var buffer = new byte[1000];
        while (await stream.ReadAsync(buffer) is > 0 and var count)
            await stream.WriteAsync(buffer.AsMemory(0, count));
    }

    private static async Task SendBackAsync(MoneyStream stream, ulong amount)
    {
        await stream.WaitForReceivedAsync(1);
        stream.SetSendMax(amount);
    }
}
