using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Tests.Stream;

/// <summary>What happens to packets on the way.</summary>
internal sealed record Hop
{
    public int Seed { get; init; }

    /// <summary>Probabilities of 0 to 1.</summary>
    public double LoseRequest { get; init; }

    public double LoseAnswer { get; init; }

    public double Duplicate { get; init; }

    public double Delay { get; init; }

    public double Busy { get; init; }

    /// <summary>What arrives, in thousandths of what was sent.</summary>
    public Func<ulong> RateInThousandths { get; init; } = static () => 1000;

    /// <summary>What arrives of an amount, where no rate says it.</summary>
    public Func<ulong, ulong>? Arrives { get; init; }

    public ulong MaxPacketAmount { get; init; } = ulong.MaxValue;

    /// <summary>More than this in one packet it has not.</summary>
    public ulong Liquidity { get; init; } = ulong.MaxValue;
}

/// <summary>A link with a connector in between that loses, delays, doubles, converts and limits.</summary>
internal sealed class HopLink(IIlpLink inner, Hop hop) : IIlpLink
{
    private readonly Random _random = new(hop.Seed);
    private int _packets;
    private ulong _largest;

    public int Packets => Volatile.Read(ref _packets);

    /// <summary>The largest amount of a packet so far.</summary>
    public ulong Largest => Volatile.Read(ref _largest);

    public bool IsConnected => inner.IsConnected;

    public void OnPrepare(IlpHandler handler) => inner.OnPrepare(handler);

    public async ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _packets);
        lock (_random)
            _largest = Math.Max(_largest, prepare.Amount);
        if (prepare.Amount > hop.MaxPacketAmount)
            return AmountTooLarge(prepare.Amount);
        if (prepare.Amount > hop.Liquidity)
            return IlpReply.Reject(IlpErrorCode.InsufficientLiquidity);
        if (Happens(hop.Busy))
            return IlpReply.Reject(IlpErrorCode.RateLimited);
        if (Happens(hop.LoseRequest))
            return IlpReply.Reject(IlpErrorCode.TransferTimedOut);
        if (Happens(hop.Delay))
            await Task.Delay(Next(5), cancellationToken);
        var amount = hop.Arrives is { } arrives
            ? arrives(prepare.Amount)
            : (ulong)((UInt128)prepare.Amount * hop.RateInThousandths() / 1000);
        var forwarded = prepare.Forward(amount, prepare.ExpiresAt);
        var sending = inner.SendAsync(forwarded, cancellationToken).AsTask();
        var answers = Happens(hop.Duplicate)
            ? new[] { sending, inner.SendAsync(forwarded, cancellationToken).AsTask() }
            : [sending];
        var answer = await answers[Next(answers.Length)];
        if (Happens(hop.Delay))
            await Task.Delay(Next(5), cancellationToken);
        return Happens(hop.LoseAnswer) ? IlpReply.Reject(IlpErrorCode.TransferTimedOut) : answer;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private IlpReply AmountTooLarge(ulong amount)
    {
        var data = new byte[Interledger.Packets.AmountTooLarge.Length];
        new AmountTooLarge(amount, hop.MaxPacketAmount).Write(data);
        return IlpReply.Reject(IlpErrorCode.AmountTooLarge, data: data);
    }

    private bool Happens(double probability)
    {
        if (probability == 0)
            return false;
        lock (_random)
            return _random.NextDouble() < probability;
    }

    private int Next(int exclusive)
    {
        lock (_random)
            return _random.Next(exclusive);
    }
}
