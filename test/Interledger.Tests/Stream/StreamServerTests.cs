using System.Security.Cryptography;
using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

/// <summary>The receiver before strangers.</summary>
public sealed class StreamServerTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Credentials_leave_no_trace_and_packets_of_strangers_neither()
    {
        await using var server = Create();
        var credentials = server.CreateCredentials("tag");
        var stranger = new RawPeer(
            server, credentials with { SharedSecret = RandomNumberGenerator.GetBytes(32) }, _time);
        (await stranger.SendAsync(1)).Code.ShouldBe("F06");
        (await SendAsync(server, "test.server.madeup", [1, 2, 3])).Code.ShouldBe(IlpErrorCode.UnexpectedPayment);
        (await SendAsync(server, "test.server.madeup", [])).Code.ShouldBe(IlpErrorCode.UnexpectedPayment);
        (await SendAsync(server, "test.server", [])).Code.ShouldBe(IlpErrorCode.Unreachable);
        (await SendAsync(server, "test.serverother.x", [])).Code.ShouldBe(IlpErrorCode.Unreachable);
        var client = new RawPeer(server, credentials, _time);
        (await client.SendAsync(client.Prepare("not a packet"u8))).Code.ShouldBe("F06");
        server.ConnectionCount.ShouldBe(0);
        (await client.SendAsync(1)).Code.ShouldBe("");
        server.ConnectionCount.ShouldBe(1);
    }

    [Fact]
    public async Task Credentials_outlive_the_server_that_made_them()
    {
        await using var before = Create();
        var client = new RawPeer(before, before.CreateCredentials(), _time);
        var prepare = client.Prepare(1);
        await using var after = Create();
        (await after.HandleAsync(prepare, default)).IsFulfill.ShouldBeTrue();
    }

    [Fact]
    public async Task A_packet_counts_once_however_often_it_comes()
    {
        await using var server = Create(static stream => stream.SetReceiveMax(1000));
        var client = new RawPeer(server, server.CreateCredentials(), _time);
        var prepare = client.Prepare(7, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 10)));
        (await client.SendAsync(prepare)).Code.ShouldBe("");
        (await client.SendAsync(prepare)).Code.ShouldBe("F99");
        (await client.SendAsync(6, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)))).Code.ShouldBe("");
        server.Connections.Single().TotalReceived.ShouldBe(20UL);
    }

    [Fact]
    public async Task Money_is_divided_by_shares_and_none_is_lost()
    {
        await using var server = Create(static stream => stream.SetReceiveMax(1000));
        var client = new RawPeer(server, server.CreateCredentials(), _time);
        (await client.SendAsync(1, 100, static frames =>
        {
            frames.Add(StreamFrame.StreamMoney(1, 1));
            frames.Add(StreamFrame.StreamMoney(3, 1));
            frames.Add(StreamFrame.StreamMoney(5, 1));
        })).Code.ShouldBe("");
        server.Connections.Single().Streams.Select(static stream => stream.TotalReceived).ShouldBe([33, 33, 34]);
    }

    [Fact]
    public async Task A_sender_that_goes_on_with_money_nobody_wants_is_told_to_stop()
    {
        await using var server = Create();
        var client = new RawPeer(server, server.CreateCredentials(), _time);
        for (ulong sequence = 1; sequence <= 20; sequence++)
        {
            (await SendTooMuchAsync(client, sequence)).Frames.ShouldNotContain(StreamFrameType.ConnectionClose);
        }

        var last = await SendTooMuchAsync(client, 21);
        last.Code.ShouldBe("F99");
        last.Frames.ShouldContain(StreamFrameType.ConnectionClose);
        last.Frames.ShouldContain(StreamFrameType.StreamClose);
        server.Connections.ShouldBeEmpty();
    }

    [Fact]
    public async Task Money_that_may_not_be_received_is_rejected_without_asking_anyone()
    {
        var asked = 0;
        await using var server = Create(static stream => stream.SetReceiveMax(100));
        server.OnConnection(connection =>
        {
            connection.OnStream(static stream => stream.SetReceiveMax(100));
            connection.OnMoney((_, _) =>
            {
                asked++;
                return ValueTask.FromResult(MoneyDecision.Accept);
            });
        });
        var client = new RawPeer(server, server.CreateCredentials(), _time);
        var tooMuch = await client.SendAsync(1, 102, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
        tooMuch.Code.ShouldBe("F99");
        tooMuch.Arrived.ShouldBe(102UL);
        tooMuch.Frames.ShouldContain(StreamFrameType.StreamMaxMoney);
        (await client.SendAsync(2, 10)).Code.ShouldBe("F99"); // for no stream
        var tooLittle = client.Prepare(3, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)), minimum: 11);
        (await client.SendAsync(tooLittle)).Code.ShouldBe("F99");
        var shares = client.Prepare(4, 10, static frames =>
        {
            frames.Add(StreamFrame.StreamMoney(1, ulong.MaxValue));
            frames.Add(StreamFrame.StreamMoney(3, ulong.MaxValue));
        });
        (await client.SendAsync(shares)).Code.ShouldBe("F99");
        var good = client.Prepare(5, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
        var unfulfillable = IlpPrepare.Create(
            10, good.ExpiresAt, RandomNumberGenerator.GetBytes(32), good.Destination, good.Data.Span);
        (await client.SendAsync(unfulfillable)).Code.ShouldBe("F99");
        asked.ShouldBe(0);
        // Rounding up is allowed for.
        (await client.SendAsync(6, 101, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)))).Code.ShouldBe("");
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task A_sender_may_round_up_only_what_it_knows_to_be_wanted()
    {
        await using var server = Create(static stream => stream.SetReceiveMax(100));
        var client = new RawPeer(server, server.CreateCredentials(), _time);
        (await SendAsync(1)).Code.ShouldBe("F99"); // sent before it can have heard of the 100
        (await SendAsync(2)).Code.ShouldBe("");
        server.Connections.Single().Streams.Single().SetReceiveMax(201);
        (await SendAsync(3)).Code.ShouldBe("F99");
        (await SendAsync(4)).Code.ShouldBe("");

        Task<RawReply> SendAsync(ulong sequence) =>
            client.SendAsync(sequence, 101, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
    }

    [Fact]
    public async Task More_streams_or_data_than_allowed_end_the_connection()
    {
        await using var server = Create();
        var client = new RawPeer(server, server.CreateCredentials(), _time);
        var tooMany = await client.SendAsync(
            1, 0, static frames => frames.Add(StreamFrame.StreamMaxMoney(int.MaxValue, 0, 0)));
        tooMany.Frames.ShouldBe([StreamFrameType.ConnectionClose]);
        (await client.SendAsync(2)).Frames.ShouldBe([StreamFrameType.ConnectionClose]);

        client = new RawPeer(server, server.CreateCredentials(), _time);
        (await client.SendAsync(1, 0, static frames => frames.Add(StreamFrame.StreamData(2, 0, "x"u8))))
            .Frames.ShouldBe([StreamFrameType.ConnectionClose]);

        client = new RawPeer(server, server.CreateCredentials(), _time);
        (await client.SendAsync(1, 0, static frames => frames.Add(StreamFrame.StreamData(1, 16384, "x"u8))))
            .Frames.ShouldBe([StreamFrameType.ConnectionClose]);

        client = new RawPeer(server, server.CreateCredentials(), _time);
        (await client.SendAsync(1, 0, static frames => frames.Add(StreamFrame.StreamData(1, ulong.MaxValue, "x"u8))))
            .Frames.ShouldBe([StreamFrameType.ConnectionClose]);
    }

    [Fact]
    public async Task Bytes_reach_a_client_without_address_in_the_answers_to_its_packets()
    {
        await using var server = Create(static stream => _ = stream.WriteAsync(new byte[] { 0xff }));
        var client = new RawPeer(server, server.CreateCredentials(), _time);
        var reply = await client.SendAsync(1, 0, static frames => frames.Add(StreamFrame.StreamMaxMoney(1, 0, 0)));
        reply.Frames.ShouldContain(StreamFrameType.StreamData);
        (await client.SendAsync(2)).Frames.ShouldNotContain(StreamFrameType.StreamData);
    }

    [Fact]
    public async Task Beyond_the_limit_connections_are_refused_until_old_unpaid_ones_can_make_room()
    {
        await using var server = Create(static stream => stream.SetReceiveMax(1000), maxConnections: 3);
        var paying = new RawPeer(server, server.CreateCredentials("paying"), _time);
        await paying.SendAsync(1, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
        var waiting = new RawPeer(server, server.CreateCredentials("waiting"), _time);
        await waiting.SendAsync(1);
        server.Connections.Single(static connection => connection.Tag == "waiting").IsProtected = true;
        await new RawPeer(server, server.CreateCredentials("idle"), _time).SendAsync(1);
        var late = new RawPeer(server, server.CreateCredentials("late"), _time);
        (await late.SendAsync(1)).Code.ShouldBe("T02");
        _time.Advance(TimeSpan.FromSeconds(11));
        (await late.SendAsync(2)).Code.ShouldBe("");
        server.Connections.Select(static connection => connection.Tag).Order().ShouldBe(["late", "paying", "waiting"]);
    }

    [Fact]
    public async Task A_connection_that_is_over_makes_room_at_once_and_goes_before_long_anyway()
    {
        await using var server = Create(static stream => stream.SetReceiveMax(1000), maxConnections: 2);
        foreach (var tag in new[] { "first", "second" })
        {
            var payer = new RawPeer(server, server.CreateCredentials(tag), _time);
            await payer.SendAsync(1, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
            await payer.SendAsync(
                2, add: static frames => frames.Add(StreamFrame.ConnectionClose(StreamErrorCode.NoError, default)));
        }

        server.ConnectionCount.ShouldBe(2);
        (await new RawPeer(server, server.CreateCredentials("third"), _time).SendAsync(1)).Code.ShouldBe("");
        server.ConnectionCount.ShouldBe(1);
        var last = new RawPeer(server, server.CreateCredentials("last"), _time);
        await last.SendAsync(
            1, add: static frames => frames.Add(StreamFrame.ConnectionClose(StreamErrorCode.NoError, default)));
        server.ConnectionCount.ShouldBe(2);
        _time.Advance(TimeSpan.FromSeconds(35));
        server.Connections.ShouldHaveSingleItem().Tag.ShouldBe("third");
        server.ConnectionCount.ShouldBe(1);
    }

    [Fact]
    public async Task Silent_connections_are_forgotten_and_may_come_again()
    {
        await using var server = Create();
        var client = new RawPeer(server, server.CreateCredentials(), _time);
        await client.SendAsync(1);
        var connection = server.Connections.Single();
        _time.Advance(TimeSpan.FromSeconds(119));
        server.ConnectionCount.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(2));
        server.ConnectionCount.ShouldBe(0);
        (await connection.Completion).Code.ShouldBe(StreamErrorCode.NoError);
        (await client.SendAsync(2)).Code.ShouldBe("");
        server.ConnectionCount.ShouldBe(1);
    }

    private static ValueTask<IlpReply> SendAsync(StreamServer server, string destination, byte[] data) =>
        server.HandleAsync(
            IlpPrepare.Create(1, DateTimeOffset.UnixEpoch, new byte[32], IlpAddress.Parse(destination), data), default);

    private StreamServer Create(Action<MoneyStream>? onStream = null, int maxConnections = 100)
    {
        var (_, link) = InMemoryLink.CreatePair(_time);
        var server = new StreamServer(
            link,
            new StreamServerOptions
            {
                Address = IlpAddress.Parse("test.server"),
                Asset = new AssetDetails("XYZ", 9),
                Secret = new byte[32],
                MaxConnections = maxConnections,
            },
            _time);
        server.OnConnection(connection => connection.OnStream(onStream ?? (static _ => { })));
        return server;
    }

    private static Task<RawReply> SendTooMuchAsync(RawPeer client, ulong sequence) =>
        client.SendAsync(sequence, 1000, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
}
