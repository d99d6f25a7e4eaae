namespace Interledger.Stream;

/// <summary>The limits and habits of a connection; the same on both sides.</summary>
public sealed record StreamOptions
{
    private const ulong Million = 1_000_000;

    // Of the fractions below, ready to calculate with.
    private readonly ulong _leastMillionths = 990_000;
    private readonly ulong _mostMillionths = 1_010_000;

    /// <summary>How many streams of the peer may be open at once.</summary>
    public int MaxStreams { get; init; } = 10;

    /// <summary>How many bytes of a stream may wait to be read. JavaScript peers expect at least 16384.</summary>
    public int StreamReceiveWindow { get; init; } = 16384;

    /// <summary>How many bytes of all streams may wait to be read. JavaScript peers expect at least 65534.</summary>
    public int ConnectionReceiveWindow { get; init; } = 65534;

    /// <summary>How many written bytes of a stream may wait until the peer has them.</summary>
    public int SendBuffer { get; init; } = 65536;

    /// <summary>How many packets with money may be on their way at once. JavaScript peers send one by one.</summary>
    public int MaxMoneyInFlight { get; init; } = 8;

    /// <summary>The most to send in a packet, in minor units, whatever the route allows.</summary>
    public ulong MaxPacketAmount { get; init; } = ulong.MaxValue;

    /// <summary>How much less than the measured exchange rate a packet may deliver, as a fraction.</summary>
    public decimal Slippage
    {
        get;
        init
        {
            field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value));
            _leastMillionths = (ulong)((1 - value) * Million);
        }
    } = 0.01m;

    /// <summary>The least exchange rate at which to send anything; null takes the one that is measured.</summary>
    public ExchangeRate? MinimumRate { get; init; }

    /// <summary>
    /// How much more than its maximum a stream may receive, as a fraction, since senders round up what they have been
    /// told. JavaScript peers allow the same. A sender that has not heard of a maximum yet is held to it.
    /// </summary>
    public decimal ReceiveTolerance
    {
        get;
        init
        {
            field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value));
            _mostMillionths = (ulong)((1 + value) * Million);
        }
    } = 0.01m;

    /// <summary>How long a packet that is sent may wait for its answer.</summary>
    public TimeSpan PacketLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long before a packet's expiry the one who decides about its money is told to stop.</summary>
    public TimeSpan DecisionMargin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The first pause after a temporary error; it doubles from one to the next.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many packets in a row may fail before sending is given up.</summary>
    public int MaxAttempts { get; init; } = 20;

    /// <summary>
    /// How many packets may be sent on a connection; then it ends. At most 2³¹: the nonces of its encryption are
    /// random, so their number per key is limited (RFC 0029, section 5.1).
    /// </summary>
    public ulong MaxPackets
    {
        get;
        init => field = value is > 0 and <= 1UL << 31 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    } = 1UL << 31;

    /// <summary>After how much silence a connection is forgotten.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(120);

    internal ulong ApplySlippage(ulong amount) => ExchangeRate.Saturate((UInt128)amount * _leastMillionths / Million);

    internal ulong ApplyTolerance(ulong amount) =>
        ExchangeRate.Saturate(ExchangeRate.DivideUp((UInt128)amount * _mostMillionths, Million));

    /// <summary>The most that has to be sent for an amount to arrive, up to which slippage allows.</summary>
    internal ulong MostFor(ulong delivery, ExchangeRate rate)
    {
        if (_leastMillionths == 0 || rate.Delivered == 0)
            return ulong.MaxValue;
        var exact = new ExchangeRate(_leastMillionths, Million).SourceFor(rate.SourceFor(delivery));
        // What rounding takes of the packets.
        return ExchangeRate.Saturate((UInt128)exact + rate.SourceFor(1));
    }
}
