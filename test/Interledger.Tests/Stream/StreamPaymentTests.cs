using Codius.Testing.Processes;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

public sealed class StreamPaymentTests
{
    [Fact]
    public async Task A_client_pays_what_the_server_takes()
    {
        await using var pair = StreamPair.Create().Receiving(2_283_106);
        var connection = pair.Connect("tag1");
        (await connection.OpenAsync()).ShouldBeNull();
        connection.PeerAsset.ShouldBe(new AssetDetails("XYZ", 9));
        var stream = connection.OpenStream();
        stream.SetSendMax(2_290_000);
        (await stream.WaitForSentAsync(2_283_106).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        stream.TotalSent.ShouldBe(2_283_106UL);
        stream.TotalDelivered.ShouldBe(2_283_106UL);
        var accepted = await pair.Accepted.Task;
        accepted.Tag.ShouldBe("tag1");
        accepted.PeerAsset.ShouldBe(new AssetDetails("ABC", 2));
        accepted.TotalReceived.ShouldBe(2_283_106UL);
        accepted.FindStream(1)!.TotalReceived.ShouldBe(2_283_106UL);
    }

    [Fact]
    public async Task Money_waits_until_the_receiver_raises_its_maximum()
    {
        await using var pair = StreamPair.Create();
        var connection = pair.Connect();
        var stream = connection.OpenStream();
        stream.SetSendMax(1000);
        var receiving = await pair.Opened.Task.WaitAsync(StreamPair.Patience);
        receiving.TotalReceived.ShouldBe(0UL);
        receiving.SetReceiveMax(400);
        (await receiving.WaitForReceivedAsync(400).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        receiving.SetReceiveMax(1000);
        (await stream.WaitForSentAsync(1000).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        receiving.TotalReceived.ShouldBe(1000UL);
    }

    [Fact]
    public async Task That_there_would_be_more_money_takes_no_packet_of_its_own()
    {
        HopLink? hop = null;
        await using var pair = StreamPair.Create(disturbClient: link => hop = new HopLink(link, new Hop()))
            .Receiving(400);
        var connection = pair.Connect();
        var stream = connection.OpenStream();
        stream.SetSendMax(1000);
        (await stream.WaitForSentAsync(400).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        var packets = hop!.Packets;
        for (var round = 0; round < 3; round++)
            (await connection.SendKeepAliveAsync()).ShouldBeTrue();
        hop.Packets.ShouldBe(packets + 3);
    }

    [Fact]
    public async Task A_server_sends_money_back()
    {
        await using var pair = StreamPair.Create().Receiving(500);
        var connection = pair.Connect();
        var stream = connection.OpenStream();
        stream.SetReceiveMax(200);
        stream.SetSendMax(500);
        (await stream.WaitForSentAsync(500).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        var back = (await pair.Accepted.Task).FindStream(1)!;
        back.SetSendMax(200);
        (await back.WaitForSentAsync(200).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        stream.TotalReceived.ShouldBe(200UL);
    }

    [Fact]
    public async Task Bytes_go_both_ways_in_order()
    {
        await using var pair = StreamPair.Create();
        pair.ArrangeStream = stream => _ = EchoAsync(stream);
        var connection = pair.Connect();
        var stream = connection.OpenStream();
        var sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        var writing = stream.WriteAsync(sent).AsTask();
        var received = new byte[sent.Length];
        var count = 0;
        while (count < received.Length)
            count += await stream.ReadAsync(received.AsMemory(count)).AsTask().WaitAsync(StreamPair.Patience);
        (await writing).ShouldBeTrue();
        received.ShouldBe(sent);
        await stream.CloseAsync().WaitAsync(StreamPair.Patience);
        (await stream.ReadAsync(received)).ShouldBe(0);
    }

    [Fact]
    public async Task Closing_ends_both_sides()
    {
        await using var pair = StreamPair.Create();
        var connection = pair.Connect();
        (await connection.OpenAsync()).ShouldBeNull();
        await connection.CloseAsync(StreamErrorCode.ApplicationError, "enough").WaitAsync(StreamPair.Patience);
        var closure = await (await pair.Accepted.Task).Completion.WaitAsync(StreamPair.Patience);
        closure.ShouldBe(new StreamClosure(StreamErrorCode.ApplicationError, "enough", ByPeer: true));
    }

    [Fact]
    public async Task Streams_may_be_opened_and_closed_one_after_the_other_for_ever()
    {
        await using var pair = StreamPair.Create(server: new StreamOptions { MaxStreams = 2 }).Receiving(10);
        var connection = pair.Connect();
        (await connection.OpenAsync()).ShouldBeNull();
        for (var i = 0; i < 50; i++)
        {
            var stream = connection.OpenStream();
            stream.SetSendMax(10);
            (await stream.WaitForSentAsync(10).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
            await stream.CloseAsync().WaitAsync(StreamPair.Patience);
        }

        var server = await pair.Accepted.Task;
        server.TotalReceived.ShouldBe(500UL);
        server.Streams.ShouldBeEmpty();
    }

    [Fact]
    public async Task Streams_share_a_connection()
    {
        await using var pair = StreamPair.Create(new StreamOptions { MaxPacketAmount = 7 }).Receiving(1000);
        var connection = pair.Connect();
        var streams = Enumerable.Range(0, 10).Select(_ => connection.OpenStream()).ToArray();
        Should.Throw<InvalidOperationException>(connection.OpenStream);
        foreach (var stream in streams)
            stream.SetSendMax(10 * stream.Id);
        foreach (var stream in streams)
            (await stream.WaitForSentAsync(10 * stream.Id).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        (await pair.Accepted.Task).Streams
            .ShouldAllBe(static stream => stream.TotalReceived == 10 * stream.Id);
        (connection.TotalSent, connection.TotalDelivered).ShouldBe((1000UL, 1000UL));
    }

    [Fact]
    public async Task Both_sides_may_close_a_stream_at_once()
    {
        for (var i = 0; i < 30; i++)
        {
            await using var pair = StreamPair.Create();
            var stream = pair.Connect().OpenStream();
            var other = await pair.Opened.Task.WaitAsync(StreamPair.Patience);
            await Task.WhenAll(Task.Run(() => stream.CloseAsync()), Task.Run(() => other.CloseAsync()))
                .WaitAsync(StreamPair.Patience);
            (await stream.Completion).Code.ShouldBe(StreamErrorCode.NoError);
            (await stream.WriteAsync(new byte[1])).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Silence_is_broken_by_a_keep_alive()
    {
        var time = new ManualTime();
        HopLink? hop = null;
        await using var pair = StreamPair.Create(
            time: time, disturbServer: link => hop = new HopLink(link, new Hop()));
        var connection = pair.Connect();
        connection.OpenStream();
        var server = (await pair.Opened.Task.WaitAsync(StreamPair.Patience)).Connection;
        server.KeepAlive = TimeSpan.FromSeconds(20);
        for (var i = 0; i < 10; i++)
        {
            var before = hop!.Packets;
            for (var second = 0; second < 25; second++)
                time.Advance(TimeSpan.FromSeconds(1));
            await Deadline.UntilAsync(() => Task.FromResult(hop.Packets > before), "a keep-alive");
        }

        (connection.IsOpen, server.IsOpen).ShouldBe((true, true));
    }

    private static async Task EchoAsync(MoneyStream stream)
    {
        var buffer = new byte[5000];
        while (await stream.ReadAsync(buffer) is > 0 and var count)
            await stream.WriteAsync(buffer.AsMemory(0, count));
    }
}
