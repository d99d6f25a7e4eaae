namespace Interledger.Stream;

/// <summary>
/// One stream of a connection: money and bytes, both ways. Amounts to be sent are in this side's minor units, as are
/// those received; only <see cref="TotalDelivered"/> and <see cref="PeerReceiveMax"/> count in the peer's.
/// </summary>
public sealed partial class MoneyStream
{
    internal MoneyStream(StreamConnection connection, ulong id, ulong sendMax = 0, ulong receiveMax = 0)
    {
        (Connection, Id) = (connection, id);
        (SendLimit, ReceiveLimit) = (sendMax, receiveMax);
        Incoming = new IncomingData(connection.Options.StreamReceiveWindow);
        _toldMaxData = Incoming.MaxOffset;
    }

    /// <summary>The connection it belongs to.</summary>
    public StreamConnection Connection { get; }

    /// <summary>Its number: odd if the client opened it, even if the server did.</summary>
    public ulong Id { get; }

    /// <summary>Whether neither side has closed it.</summary>
    public bool IsOpen => Read(static stream => stream.Closure is null && !stream.Closing);

    /// <summary>How much may be sent in all.</summary>
    public ulong SendMax => Read(static stream => stream.SendLimit);

    /// <summary>How much may be received in all; packets that bring more are rejected.</summary>
    public ulong ReceiveMax => Read(static stream => stream.ReceiveLimit);

    /// <summary>What was sent and fulfilled.</summary>
    public ulong TotalSent => Read(static stream => stream.Sent);

    /// <summary>What is on its way: it was sent, and is neither fulfilled nor rejected yet.</summary>
    public ulong Unanswered => Read(static stream => stream.InFlight);

    /// <summary>
    /// What was sent and whose answer was lost on the link: to the sender it is rejected and may be sent again, but the
    /// provider may have counted it all the same.
    /// </summary>
    public ulong InDoubt => Read(static stream => stream.InDoubtAmount);

    /// <summary>What arrived at the peer of what was sent, as the peer says, in its units.</summary>
    public ulong TotalDelivered => Read(static stream => stream.Delivered);

    /// <summary>What was received and accepted.</summary>
    public ulong TotalReceived => Read(static stream => stream.Received);

    /// <summary>What has arrived and waits for a decision.</summary>
    public ulong Held => Read(static stream => stream.HeldAmount);

    /// <summary>How much the peer wants to receive in all, in its units; null if it has not said so yet.</summary>
    public ulong? PeerReceiveMax => Read(static stream => stream.PeerReceiveLimit);

    /// <summary>Ends when the stream is closed by either side, or its connection ends.</summary>
    public Task<StreamClosure> Completion
    {
        get
        {
            lock (Connection.Gate)
            {
                _completion ??= new TaskCompletionSource<StreamClosure>(
                    TaskCreationOptions.RunContinuationsAsynchronously);
                if (Closure is not null)
                    _completion.TrySetResult(Closure);
                return _completion.Task;
            }
        }
    }

    /// <summary>Sets how much may be sent in all. What the peer takes of it is sent at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than was sent already.</exception>
    public void SetSendMax(ulong amount)
    {
        lock (Connection.Gate)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(amount, Sent);
            SendLimit = amount;
            BlockedTold = false;
        }

        Connection.RequestPump();
    }

    /// <summary>Raises how much may be received in all, and tells the peer at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than before.</exception>
    public void SetReceiveMax(ulong amount)
    {
        lock (Connection.Gate)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(amount, ReceiveLimit);
            if (amount == ReceiveLimit)
                return;
            ReceiveLimit = amount;
            LimitsToTell = true;
            IsLimitKnown = false;
            Connection.ForgiveUnwanted();
        }

        Connection.RequestPump();
    }

    /// <summary>
    /// Waits until so much was sent. False if the stream was closed or sending was given up before; the reason is in
    /// <see cref="Completion"/> and <see cref="StreamConnection.SendFailure"/>.
    /// </summary>
    public Task<bool> WaitForSentAsync(ulong amount, CancellationToken cancellationToken = default) =>
        WaitAsync(
            stream => stream.Sent >= amount,
            static stream => stream.Closure is not null || stream.Connection.SendFailureUnderGate is not null,
            cancellationToken);

    /// <summary>
    /// Waits until nothing that was sent is unanswered, on a closed stream too. False if the connection ended before.
    /// </summary>
    public Task<bool> WaitForAnswersAsync(CancellationToken cancellationToken = default) =>
        WaitAsync(
            static stream => stream.InFlight == 0,
            static stream => stream.Connection.Closure is not null,
            cancellationToken);

    /// <summary>Waits until so much was received. False if the stream was closed before.</summary>
    public Task<bool> WaitForReceivedAsync(ulong amount, CancellationToken cancellationToken = default) =>
        WaitAsync(
            stream => stream.Received >= amount, static stream => stream.Closure is not null, cancellationToken);

    /// <summary>
    /// Closes the stream: sends what was written, waits for money that is on its way, sends no more, and tells the
    /// peer. It ends when the peer has answered, or cannot be told.
    /// </summary>
    public async Task CloseAsync(
        StreamErrorCode code = StreamErrorCode.NoError, CancellationToken cancellationToken = default)
    {
        lock (Connection.Gate)
        {
            if (Closure is not null || Closing)
                return;
            Closing = true;
            SendLimit = Sent + InFlight;
        }

        Connection.RequestPump();
        await WaitAsync(
            static stream => stream.InFlight == 0 && stream.Outgoing.Buffered == 0,
            static stream => stream.Closure is not null || !stream.Connection.CanSendUnderGate,
            cancellationToken);
        lock (Connection.Gate)
        {
            if (Closure is not null)
                return;
            CloseToTell = Connection.CanSendUnderGate;
            Connection.EndStream(this, new StreamClosure(code));
        }

        Connection.RequestPump();
        await WaitAsync(
            static stream => stream.CloseTold, static stream => !stream.Connection.CanSendUnderGate, cancellationToken);
    }

    /// <inheritdoc/>
    public override string ToString() => $"stream {Id}";

    private T Read<T>(Func<MoneyStream, T> read)
    {
        lock (Connection.Gate)
            return read(this);
    }

    private async Task<bool> WaitAsync(
        Func<MoneyStream, bool> reached, Func<MoneyStream, bool> ended, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            lock (Connection.Gate)
            {
                if (reached(this))
                    return true;
                if (ended(this))
                    return false;
                change = Changed.Next();
            }

            await change.WaitAsync(cancellationToken);
        }
    }
}
