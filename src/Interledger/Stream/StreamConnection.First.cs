using Interledger.Packets;

namespace Interledger.Stream;

// Money in the first packet. A client that was told a price, in the asset in which it counts itself, need not find out
// the rate, nor what is wanted: it pays in one round trip where others take three. RFC 0029 has nothing against that,
// and nobody is bound to it: what does not arrive as a whole, or is not wanted yet, is refused as ever.
public sealed partial class StreamConnection
{
    private volatile FirstMoneyHandler? _onFirstMoney;

    /// <summary>
    /// Of a server's connection: whether its first packet brought money, so that the client knew before it connected
    /// what it pays. The handlers of <see cref="OnStream"/> find it set.
    /// </summary>
    public bool BeginsWithMoney { get; private set; }

    /// <summary>
    /// Sets who is asked how much a stream takes when the first packet of the connection brings money to it. Without
    /// one, it is taken or refused by the limit that the stream has.
    /// </summary>
    public void OnFirstMoney(FirstMoneyHandler handler) => _onFirstMoney = handler;

    /// <summary>
    /// Opens the connection with a stream, and with money in its first packet, of which each unit has to arrive: for
    /// sides that count in the same asset, and an amount that the receiver is known to want. If it does not arrive as a
    /// whole, or is refused, nothing has moved, and the connection is opened as by <see cref="OpenAsync"/>, which ends
    /// in either case when that is settled. What is wanted beyond it is sent as ever, up to <paramref name="sendMax"/>.
    /// </summary>
    /// <param name="sendMax">How much may be sent in all, in this side's units.</param>
    /// <param name="receiveMax">How much may be received in all, in this side's units.</param>
    /// <param name="first">
    /// What the first packet brings, in the units of both sides. An amount that no packet may carry is sent as ever, and
    /// so is every amount if <see cref="StreamOptions.MinimumRate"/> asks for more than one unit for each.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">It is nothing, or more than may be sent.</exception>
    /// <exception cref="InvalidOperationException">The connection was used before, or has ended.</exception>
    public MoneyStream OpenStream(ulong sendMax, ulong receiveMax, ulong first)
    {
        ArgumentOutOfRangeException.ThrowIfZero(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, sendMax);
        lock (Gate)
        {
            if (_probe is not null || _nextSequence > 1)
                throw new InvalidOperationException("The connection was used before.");
            if (first > _congestion.PacketAmount || Options.MinimumRate?.DestinationFor(first) > first
                || !CanSendUnderGate)
                return OpenStream(sendMax, receiveMax);
            var stream = AddStream(sendMax, receiveMax);
            var packet = BuildFirst(stream, first);
            _probe = Task.Run(() => ProbeAsync(packet));
            return stream;
        }
    }

    private OutgoingPacket BuildFirst(MoneyStream stream, ulong amount)
    {
        var packet = BuildMoney(stream, amount, delivery: amount, minimum: amount);
        stream.LimitsToTell = false;
        packet.LimitsTold.Add(stream);
        return packet;
    }

    private async Task<bool> TryPayAsync(OutgoingPacket first)
    {
        await SendAsync(first);
        lock (Gate)
        {
            if (!first.IsFulfilled)
                return false;
            _rate = _latestRate = new ExchangeRate(first.Delivery, first.Prepare.Amount);
            return true;
        }
    }

    private bool IsFirstMoney(IlpPrepare prepare, in StreamPacket packet) =>
        IsServer && packet.Sequence == 1 && prepare.Amount > 0 && prepare.Amount >= packet.Amount
        && TryFulfill(prepare, out _);

    // The answer tells the limit, so that no packet of its own has to.
    private async ValueTask<IlpReply> ReceiveFirstAsync(
        IlpPrepare prepare, KeptStreamPacket packet, FirstMoneyHandler handler, CancellationToken linkToken)
    {
        if (FindPayee(packet.View) is { } payee)
        {
            var limit = await AskLimitAsync(payee, handler, linkToken);
            lock (Gate)
                payee.RaiseReceiveLimit(limit);
        }

        return await TakeAsync(prepare, packet.View, linkToken);
    }

    private MoneyStream? FindPayee(in StreamPacket packet)
    {
        foreach (var frame in packet)
        {
            if (frame is { Type: StreamFrameType.StreamMoney, Shares: > 0 })
                return FindStream(frame.StreamId);
        }

        return null;
    }

    private static async ValueTask<ulong> AskLimitAsync(
        MoneyStream payee, FirstMoneyHandler handler, CancellationToken linkToken)
    {
        try
        {
            return await handler(payee, linkToken);
        }
        catch (Exception)
        {
            // The link has gone, or whoever is asked has a bug: what nobody wants is refused.
            return 0;
        }
    }
}

/// <summary>
/// Says how much a stream takes in all, in minor units, to which the first packet of its connection brings money. The
/// packet waits for that, and nothing has moved; at the end of it the packet may have expired, and is refused then. The
/// token is cancelled when the link is lost. A handler that throws takes nothing.
/// </summary>
public delegate ValueTask<ulong> FirstMoneyHandler(MoneyStream stream, CancellationToken cancellationToken);
