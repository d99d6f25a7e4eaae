using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

/// <summary>The small parts of a connection against models of them.</summary>
public sealed class BookkeepingTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_sequence_number_is_new_once(int seed)
    {
        var random = new Random(seed);
        var window = new SequenceWindow();
        var seen = new HashSet<ulong>();
        var highest = 0UL;
        for (var i = 0; i < 20_000; i++)
        {
            var jump = random.Next(1000) == 0 ? random.Next(5000) : random.Next(4);
            var sequence = random.Next(3) == 0 && highest > 2000
                ? highest - (ulong)random.Next(1500)
                : highest + (ulong)jump;
            var tooOld = highest >= 1024 && sequence <= highest - 1024;
            window.TryAccept(sequence).ShouldBe(seen.Add(sequence) && !tooOld, $"seed {seed}");
            highest = Math.Max(highest, sequence);
        }

        window.TryAccept(ulong.MaxValue).ShouldBeTrue();
        window.TryAccept(ulong.MaxValue).ShouldBeFalse();
        window.TryAccept(ulong.MaxValue - 1).ShouldBeTrue();
        window.TryAccept(1).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Bytes_are_put_in_order(int seed)
    {
        const int Window = 1000;
        var random = new Random(seed);
        var whole = new byte[20_000];
        random.NextBytes(whole);
        var incoming = new IncomingData(Window);
        var read = new List<byte>();
        var buffer = new byte[400];
        for (var round = 0; read.Count < whole.Length; round++)
        {
            var room = (int)Math.Min(incoming.MaxOffset, (ulong)whole.Length) - (int)incoming.ReadOffset;
            var start = (int)incoming.ReadOffset + (round % 3 == 0 ? 0 : random.Next(-50, room + 1));
            start = Math.Clamp(start, 0, whole.Length);
            var end = Math.Min(start + random.Next(100), (int)incoming.ReadOffset + room);
            if (end > start)
                incoming.Write((ulong)start, whole.AsSpan(start..end)).ShouldNotBe(DataArrival.BeyondWindow);
            read.AddRange(buffer.AsSpan(0, incoming.Read(buffer.AsSpan(0, random.Next(400)))));
        }

        read.ToArray().ShouldBe(whole, $"seed {seed}");
        incoming.Write(incoming.MaxOffset, [1]).ShouldBe(DataArrival.BeyondWindow);
        incoming.Write(ulong.MaxValue, [1]).ShouldBe(DataArrival.BeyondWindow);
    }

    [Fact]
    public void Bytes_in_too_many_pieces_are_refused()
    {
        var incoming = new IncomingData(16384);
        var arrivals = Enumerable.Range(0, 100).Select(i => incoming.Write((ulong)(1 + (2 * i)), [1])).ToArray();
        arrivals.Count(static arrival => arrival == DataArrival.Stored).ShouldBe(64);
        arrivals[^1].ShouldBe(DataArrival.TooScattered);
        incoming.Write(0, [1]).ShouldBe(DataArrival.Stored);
        incoming.Readable.ShouldBe(2);
    }

    [Fact]
    public void Streams_are_opened_up_to_the_limit_and_it_rises_as_they_are_closed()
    {
        var ids = new PeerStreamIds(peerIsServer: false, maxOpen: 2);
        ids.Open(3).ShouldBe(PeerStreamOpening.Opened);
        ids.Open(3).ShouldBe(PeerStreamOpening.OpenedBefore);
        ids.Open(1).ShouldBe(PeerStreamOpening.Opened);
        ids.Open(1).ShouldBe(PeerStreamOpening.OpenedBefore);
        ids.Open(2).ShouldBe(PeerStreamOpening.WrongSide);
        ids.Open(0).ShouldBe(PeerStreamOpening.WrongSide);
        ids.Open(5).ShouldBe(PeerStreamOpening.TooHigh);
        ids.Close();
        ids.Open(5).ShouldBe(PeerStreamOpening.Opened);
        ids.Open(ulong.MaxValue).ShouldBe(PeerStreamOpening.TooHigh);
    }

    [Theory]
    [InlineData(1UL, 3UL, 10UL, 3UL, 30UL)]
    [InlineData(3UL, 1UL, 10UL, 30UL, 4UL)]
    [InlineData(ulong.MaxValue, 1UL, 2UL, ulong.MaxValue, 1UL)]
    [InlineData(1UL, ulong.MaxValue, 2UL, 0UL, ulong.MaxValue)]
    public void Rates_are_exact_fractions(ulong delivered, ulong sent, ulong amount, ulong arrives, ulong needed)
    {
        var rate = new ExchangeRate(delivered, sent);
        rate.DestinationFor(amount).ShouldBe(arrives);
        rate.SourceFor(amount).ShouldBe(needed);
    }

    [Fact]
    public void Packets_shrink_at_limits_and_lack_of_liquidity_and_grow_again()
    {
        var congestion = new CongestionControl(ulong.MaxValue, maxInFlight: 8);
        congestion.OnInsufficientLiquidity(900);
        congestion.PacketAmount.ShouldBe(600UL);
        congestion.OnFulfill(600);
        congestion.PacketAmount.ShouldBe(1200UL);
        var data = new byte[16];
        new Interledger.Packets.AmountTooLarge(2400, 1000).Write(data);
        congestion.OnAmountTooLarge(data, 1200);
        congestion.PacketAmount.ShouldBe(500UL);
        congestion.OnInsufficientLiquidity(500);
        congestion.PacketAmount.ShouldBe(334UL);
        congestion.OnFulfill(334);
        congestion.PacketAmount.ShouldBe(384UL);
        congestion.OnAmountTooLarge([], 384);
        congestion.PacketAmount.ShouldBe(192UL);
        congestion.OnCongestion();
        congestion.InFlight.ShouldBe(4);
        for (var i = 0; i < 4; i++)
            congestion.OnFulfill(1);
        congestion.InFlight.ShouldBe(5);
    }
}
