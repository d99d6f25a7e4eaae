using Codius.Testing.Processes;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Packets;
using Interledger.Payments;
using Interledger.Stream;
using Interledger.Tests.Btp;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

/// <summary>
/// A receiver at the end of a real link, with one payer who knows a secret and means no good, and one who pays. What
/// the first sends is answered, leaves nothing behind, and does not keep the second from paying.
/// </summary>
[Collection(WholeProcess.Name)]
public sealed class HostilePayerTests : IAsyncLifetime
{
    private const int Packets = 6000;
    private const int AtOnce = 64;
    private const string Replayed = "replayed";
    private const int MostGrowth = 8 * 1024 * 1024;
    private const ulong ReceiveMax = 1_000_000;

    private readonly BtpTestServer _listener = new();
    private StreamServer _server = null!;

    /// <summary>How the n-th packet of each attack is made.</summary>
    private static readonly Dictionary<string, Func<RawPeer, int, IlpPrepare>> Attacks = new()
    {
        [Replayed] = static (peer, n) =>
            peer.Prepare((ulong)n, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 10))),
        ["truncated"] = static (peer, n) =>
            With(peer.Prepare((ulong)n), static (data, n) => data[..(n % data.Length)], n),
        ["oversized"] = static (peer, n) => peer.Prepare(new byte[32_000], (ulong)n),
        ["wrongly encrypted"] = static (peer, n) => With(peer.Prepare((ulong)n), static (data, n) =>
        {
            data[n % data.Length] ^= 0x40;
            return data;
        }, n),
        ["2^31 streams"] = static (peer, n) => peer.Prepare((ulong)n, 0, frames =>
        {
            for (var i = 0; i < 100; i++)
                frames.Add(StreamFrame.StreamMaxMoney((ulong)(((n * 100L) + i) % (1L << 31)) | 1, 1, 0));
        }),
        ["2^31st stream"] = static (peer, n) => peer.Prepare(
            (ulong)n, 1, static frames => frames.Add(StreamFrame.StreamMoney((1UL << 31) - 1, 1))),
        ["false amounts"] = static (peer, n) => peer.Prepare(
            (ulong)n,
            (ulong)(n % 3),
            frames =>
            {
                frames.Add(StreamFrame.StreamMoney(1, ulong.MaxValue - (ulong)n));
                frames.Add(StreamFrame.StreamMoney(3, ulong.MaxValue));
                frames.Add(StreamFrame.StreamMaxMoney(1, ulong.MaxValue, ulong.MaxValue));
            },
            minimum: ulong.MaxValue),
        ["data without end"] = static (peer, n) => peer.Prepare(
            (ulong)n, 0, frames => frames.Add(StreamFrame.StreamData(1, (ulong)n * 2, new byte[1]))),
    };

    // How many packets of an attack may be fulfilled, where that is certain.
    private static readonly Dictionary<string, int> Fulfilled = new()
    {
        [Replayed] = 1,
        ["truncated"] = 0,
        ["oversized"] = 0,
        ["wrongly encrypted"] = 0,
        ["2^31st stream"] = 0,
    };

    public static TheoryData<string> Names => [.. Attacks.Keys];

    public ValueTask InitializeAsync()
    {
        _server = new StreamServer(_listener.Link, new StreamServerOptions
        {
            Address = IlpAddress.Parse("test.server"),
            Asset = new AssetDetails("XYZ", 9),
            Secret = new byte[32],
        });
        _server.OnConnection(static connection =>
            connection.OnStream(static stream => stream.SetReceiveMax(ReceiveMax)));
        _server.Listen();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _listener.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_a_hostile_payer_sends_leaves_nothing_behind_and_another_one_pays(string attack)
    {
        await using var hostile = new BtpClient(_listener.Url);
        await hostile.WaitUntilConnectedAsync(default);
        (await PayAsync(100)).ShouldBe(100UL);
        await AttackAsync(hostile, attack, Packets / 10);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var attacking = AttackAsync(hostile, attack, Packets);
        (await PayAsync(5000)).ShouldBe(5000UL);
        var fulfilled = await attacking;
        if (Fulfilled.TryGetValue(attack, out var expected))
            fulfilled.ShouldBe(expected);
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(MostGrowth);
        hostile.IsConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task A_flood_is_answered_busy_and_another_one_pays()
    {
        await using var hostile = new BtpClient(
            _listener.Url, new BtpClientOptions { Connection = new BtpOptions { MaxOutstanding = 20_000 } });
        await hostile.WaitUntilConnectedAsync(default);
        _server.OnConnection(static connection =>
        {
            connection.OnStream(static stream => stream.SetReceiveMax(ReceiveMax));
            // What the flood brings is held; what the other one pays comes in larger packets.
            connection.OnMoney(static (money, cancellation) =>
                money.PacketAmount == 1 ? HoldAsync(cancellation) : ValueTask.FromResult(MoneyDecision.Accept));
        });
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var peer = new RawPeer(_server, _server.CreateCredentials());
        var flood = Enumerable.Range(1, 5000)
            .Select(n => hostile.SendAsync(
                peer.Prepare((ulong)n, 1, static frames => frames.Add(StreamFrame.StreamMoney(1, 1))),
                default).AsTask())
            .ToArray();
        (await PayAsync(5000)).ShouldBe(5000UL);
        await Deadline.UntilAsync(
            () => flood.Count(static packet => packet.IsCompleted) >= flood.Length - 1000,
            "what is too much is refused");
        flood.Where(static packet => packet.IsCompleted).ShouldAllBe(static packet => !packet.Result.IsFulfill);
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(2 * MostGrowth);
    }

    private static async ValueTask<MoneyDecision> HoldAsync(CancellationToken cancellation)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        return MoneyDecision.Accept;
    }

    private async Task<int> AttackAsync(BtpClient hostile, string attack, int packets)
    {
        var peer = new RawPeer(_server, _server.CreateCredentials());
        var make = Attacks[attack];
        var first = make(peer, 1);
        var fulfilled = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(1, packets),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (n, stop) =>
            {
                var reply = await hostile.SendAsync(attack == Replayed ? first : make(peer, n), stop);
                IlpReply.TryRead(reply.Packet, out _).ShouldBeTrue();
                if (reply.IsFulfill)
                    Interlocked.Increment(ref fulfilled);
                else
                    reply.Code.ShouldNotBe(IlpErrorCode.TransferTimedOut);
            });
        return fulfilled;
    }

    private async Task<ulong> PayAsync(ulong amount)
    {
        await using var link = new BtpClient(_listener.Url);
        await link.WaitUntilConnectedAsync(default);
        await using var payer = new StreamClient(link, new StreamClientOptions
        {
            Address = IlpAddress.Parse("test.client"),
            Asset = new AssetDetails("XYZ", 9),
        });
        var (payment, failure) = await OutgoingPayment.QuoteAsync(
            payer, _server.CreateCredentials(), PaymentAmount.FixedSource(amount));
        failure.ShouldBeNull();
        var outcome = await payment!.PayAsync().WaitAsync(StreamPair.Patience);
        outcome.IsCompleted.ShouldBeTrue();
        return outcome.Totals.Delivered;
    }

    private static IlpPrepare With(IlpPrepare prepare, Func<byte[], int, byte[]> change, int n) => IlpPrepare.Create(
        prepare.Amount,
        prepare.ExpiresAt,
        prepare.Condition,
        prepare.Destination,
        change(prepare.Data.ToArray(), n));
}
