using Interledger.Packets;

namespace Interledger.Stream;

/// <summary>
/// How much to send in a packet and how many packets at once. A route's limit (F08) is kept to exactly; a lack of
/// liquidity (T04) makes packets smaller, other congestion makes them fewer, and success undoes both step by step.
/// </summary>
internal sealed class CongestionControl
{
    private readonly int _maxInFlight;
    private ulong _knownMaximum;
    private int _successes;
    private int _shrinks;

    public CongestionControl(ulong maximum, int maxInFlight)
    {
        PacketAmount = _knownMaximum = maximum;
        InFlight = _maxInFlight = maxInFlight;
    }

    /// <summary>The most to send in a packet now; zero if the route forwards nothing.</summary>
    public ulong PacketAmount { get; private set; }

    /// <summary>How many packets with money may be on their way now.</summary>
    public int InFlight { get; private set; }

    /// <summary>Whether limit after limit was told and no packet got through: somebody plays with us.</summary>
    public bool IsShrinkingForEver => _shrinks > 50;

    /// <summary>The route forwards no more than this in a packet.</summary>
    public void LimitTo(ulong maximum)
    {
        _knownMaximum = Math.Min(_knownMaximum, maximum);
        PacketAmount = Math.Min(PacketAmount, _knownMaximum);
    }

    /// <summary>The most that a connector forwards, in our units, from what it says in its own.</summary>
    public static ulong MaximumOf(AmountTooLarge amounts, ulong sent) =>
        ExchangeRate.Saturate((UInt128)sent * amounts.MaximumAmount / amounts.ReceivedAmount);

    public void OnAmountTooLarge(ReadOnlySpan<byte> data, ulong sent)
    {
        var maximum = AmountTooLarge.TryRead(data, out var amounts) && amounts.ReceivedAmount > amounts.MaximumAmount
            ? MaximumOf(amounts, sent)
            : sent / 2;
        // An older packet's answer must not undo what a newer one told.
        LimitTo(Math.Min(maximum, sent - 1));
        _shrinks++;
    }

    public void OnInsufficientLiquidity(ulong sent) =>
        PacketAmount = Math.Max(1, Math.Min(PacketAmount, sent - (sent / 3)));

    public void OnCongestion()
    {
        InFlight = Math.Max(1, InFlight / 2);
        _successes = 0;
    }

    public void OnFulfill(ulong sent)
    {
        _shrinks = 0;
        if (sent >= PacketAmount && PacketAmount < _knownMaximum)
        {
            var step = _knownMaximum == ulong.MaxValue ? PacketAmount : Math.Max(1, _knownMaximum / 10);
            PacketAmount = PacketAmount > _knownMaximum - step ? _knownMaximum : PacketAmount + step;
        }

        if (++_successes < InFlight)
            return;
        _successes = 0;
        InFlight = Math.Min(_maxInFlight, InFlight + 1);
    }
}
