using Codius.Testing.Peers;
using Interledger.Addresses;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Codius.Interop.StreamPayments;

/// <summary>Our STREAM against ilp-protocol-stream, over moneyd.</summary>
public sealed class StreamInteropTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Releases => [.. StreamRelease.All.Select(release => release.Version)];

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task A_JavaScript_client_pays_our_server_and_gets_money_and_bytes_back(string release)
    {
        await using var moneyd = await Moneyd.StartAsync();
        await using var uplink = await Uplink.ConnectAsync(moneyd, "receiver");
        var opened = new TaskCompletionSource<MoneyStream>();
        await using var server = uplink.Serve(connection => connection.OnStream(stream =>
        {
            stream.SetReceiveMax(2_283_106);
            opened.SetResult(stream);
            _ = EchoAsync(stream);
            _ = SendBackAsync(stream, 500);
        }));
        var credentials = server.CreateCredentials("c0c83baeb14df2a24e07127b9a7e8e75");
        var paid = await StreamClientPeer.PayAsync(
            StreamRelease.Of(release),
            new StreamPayment(moneyd.UrlWith("sender"), credentials.Address.Value, credentials.SharedSecret.ToArray())
            {
                Amount = 2_283_106,
                Data = "hello",
                ReceiveMax = 500,
                ExpectedBytes = 5,
                ExpectedMoney = 500,
            });
        paid.ShouldBe(new StreamPaymentResult(2_283_106, 2_283_106, 500, "hello"));
        var stream = await opened.Task;
        stream.TotalReceived.ShouldBe(2_283_106UL);
        stream.TotalSent.ShouldBe(500UL);
        stream.Connection.Tag.ShouldBe("c0c83baeb14df2a24e07127b9a7e8e75");
        var closure = await stream.Connection.Completion.WaitAsync(Patience);
        (closure.Code, closure.ByPeer).ShouldBe((StreamErrorCode.NoError, true));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Our_client_pays_a_JavaScript_server_and_gets_money_and_bytes_back(string release)
    {
        await using var moneyd = await Moneyd.StartAsync();
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Of(release), moneyd.UrlWith("receiver"), receiveMax: 2_283_106, sendBack: 500, echo: true);
        await using var uplink = await Uplink.ConnectAsync(moneyd, "sender");
        await using var client = uplink.Client();
        var connection = client.Connect(new StreamCredentials(IlpAddress.Parse(server.Address), server.SharedSecret));
        (await connection.OpenAsync().WaitAsync(Patience)).ShouldBeNull();
        connection.PeerAsset.ShouldBe(uplink.Asset);
        var stream = connection.OpenStream();
        stream.SetReceiveMax(500);
        (await stream.WriteAsync("hello"u8.ToArray())).ShouldBeTrue();
        stream.SetSendMax(3_000_000);
        (await stream.WaitForSentAsync(2_283_106).WaitAsync(Patience)).ShouldBeTrue();
        (await stream.WaitForReceivedAsync(500).WaitAsync(Patience)).ShouldBeTrue();
        var echo = new byte[100];
        (await stream.ReadAsync(echo).AsTask().WaitAsync(Patience)).ShouldBe(5);
        echo.AsSpan(0, 5).SequenceEqual("hello"u8).ShouldBeTrue();
        (stream.TotalSent, stream.TotalDelivered, stream.TotalReceived).ShouldBe((2_283_106UL, 2_283_106UL, 500UL));
        await stream.CloseAsync().WaitAsync(Patience);
        (await server.Events.NextAsync("stream-ended")).GetProperty("totalReceived").GetString().ShouldBe("2283106");
        await connection.CloseAsync().WaitAsync(Patience);
        await server.Events.NextAsync("connection-closed");
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Our_client_pays_a_JavaScript_server_with_its_first_packet(string release)
    {
        await using var moneyd = await Moneyd.StartAsync();
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Of(release), moneyd.UrlWith("receiver"), receiveMax: 2_283_106);
        await using var uplink = await Uplink.ConnectAsync(moneyd, "sender");
        await using var client = uplink.Client();
        var connection = client.Connect(new StreamCredentials(IlpAddress.Parse(server.Address), server.SharedSecret));
        var stream = connection.OpenStream(sendMax: 3_000_000, receiveMax: 0, first: 2_000_000);
        (await connection.OpenAsync().WaitAsync(Patience)).ShouldBeNull();
        stream.TotalSent.ShouldBeGreaterThanOrEqualTo(2_000_000UL);
        connection.PeerAsset.ShouldBe(uplink.Asset);
        (await stream.WaitForSentAsync(2_283_106).WaitAsync(Patience)).ShouldBeTrue();
        stream.TotalDelivered.ShouldBe(2_283_106UL);
        await stream.CloseAsync().WaitAsync(Patience);
        (await server.Events.NextAsync("stream-ended")).GetProperty("totalReceived").GetString().ShouldBe("2283106");
    }

    [Theory]
    [InlineData("2.7.1", 8)]
    [InlineData("2.7.2-alpha.3", 25)]
    public async Task A_JavaScript_client_waits_while_its_money_is_held(string release, int seconds)
    {
        await using var moneyd = await Moneyd.StartAsync();
        await using var uplink = await Uplink.ConnectAsync(moneyd, "receiver");
        var accepted = new TaskCompletionSource<StreamConnection>();
        await using var server = uplink.Serve(connection =>
        {
            connection.OnStream(static stream => stream.SetReceiveMax(1_000_000));
            connection.OnMoney(async (_, stop) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds), stop);
                return MoneyDecision.Accept;
            });
            accepted.SetResult(connection);
        });
        var credentials = server.CreateCredentials();
        var paid = await StreamClientPeer.PayAsync(
            StreamRelease.Of(release),
            new StreamPayment(moneyd.UrlWith("sender"), credentials.Address.Value, credentials.SharedSecret.ToArray())
            {
                Amount = 1_000_000,
                Timeout = TimeSpan.FromSeconds(50),
            });
        paid.TotalDelivered.ShouldBe(1_000_000UL);
        (await accepted.Task).TotalReceived.ShouldBe(1_000_000UL);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task A_JavaScript_client_stops_when_its_money_is_rejected_with_a_close(string release)
    {
        await using var moneyd = await Moneyd.StartAsync();
        await using var uplink = await Uplink.ConnectAsync(moneyd, "receiver");
        var asked = 0;
        var accepted = new TaskCompletionSource<StreamConnection>();
        await using var server = uplink.Serve(connection =>
        {
            connection.OnStream(static stream => stream.SetReceiveMax(1_000_000));
            connection.OnMoney(async (_, stop) =>
            {
                Interlocked.Increment(ref asked);
                await Task.Delay(TimeSpan.FromSeconds(2), stop);
                return MoneyDecision.RejectAndClose(StreamErrorCode.ApplicationError, "the pod did not start");
            });
            accepted.SetResult(connection);
        });
        var credentials = server.CreateCredentials();
        await using var client = await StreamClientPeer.StartAsync(
            StreamRelease.Of(release),
            new StreamPayment(moneyd.UrlWith("sender"), credentials.Address.Value, credentials.SharedSecret.ToArray())
            {
                Amount = 1_000_000,
                Timeout = TimeSpan.FromSeconds(10),
            });
        var error = await client.NextAsync("error", Patience);
        error.GetProperty("message").GetString()!.ShouldContain("totalSent: 0");
        asked.ShouldBe(1);
        (await accepted.Task).TotalReceived.ShouldBe(0UL);
    }

    [Fact]
    public async Task Payments_go_through_in_many_packets_both_ways()
    {
        await using var moneyd = await Moneyd.StartAsync(new MoneydOptions { MaxPacketAmount = 1000 });
        await using var jsServer = await StreamServerPeer.StartAsync(
            StreamRelease.Latest, moneyd.UrlWith("receiver"), receiveMax: 300_000);
        await using var uplink = await Uplink.ConnectAsync(moneyd, "ours");
        await using (var client = uplink.Client())
        {
            var stream = client
                .Connect(new StreamCredentials(IlpAddress.Parse(jsServer.Address), jsServer.SharedSecret))
                .OpenStream();
            stream.SetSendMax(300_000);
            (await stream.WaitForSentAsync(300_000).WaitAsync(Patience)).ShouldBeTrue();
            stream.TotalDelivered.ShouldBe(300_000UL);
        }

        await using var server = uplink.Serve(static connection =>
            connection.OnStream(static stream => stream.SetReceiveMax(100_000)));
        var credentials = server.CreateCredentials();
        var paid = await StreamClientPeer.PayAsync(
            StreamRelease.Latest,
            new StreamPayment(moneyd.UrlWith("sender"), credentials.Address.Value, credentials.SharedSecret.ToArray())
            {
                Amount = 100_000,
            });
        paid.TotalDelivered.ShouldBe(100_000UL);
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
