using System.Text;

namespace Interledger.Stream;

public sealed partial class StreamConnection
{
    private static readonly TimeSpan RestAfter = TimeSpan.FromSeconds(5);

    private DateTimeOffset _lastActivity;
    private bool _forgotten;
    private bool _closing;
    private bool _peerKnowsEnd;
    private bool _hasMovedMoney;
    private TimeSpan? _keepAlive;

    private DateTimeOffset Now => _home.Time.GetUtcNow();

    /// <summary>
    /// Closes the connection: waits until the money that is on its way has arrived or not, sends no more, and tells the
    /// peer. What was written and not yet sent is lost; close the streams first. It ends when the peer has answered or
    /// cannot be told; if the token is cancelled it ends at once, and the connection all the same.
    /// </summary>
    public async Task CloseAsync(
        StreamErrorCode code = StreamErrorCode.NoError,
        string message = "",
        CancellationToken cancellationToken = default)
    {
        bool closing;
        lock (Gate)
        {
            if (Closure is not null)
                return;
            closing = _closing;
            _closing = true;
        }

        if (closing)
        {
            Task closed = Completion.WaitAsync(cancellationToken);
            await closed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        // From here on no money leaves. Whoever closes need not wait until the farewell is encrypted and written.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var told = false;
        try
        {
            await DrainAsync(cancellationToken);
            if (Read(static connection => connection.CanSendUnderGate))
            {
                told = await SendFramesAsync(frames => AddClosures(frames, code, message), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The peer learns it from the answer to its next packet.
        }

        lock (Gate)
        {
            _peerKnowsEnd |= told;
            End(new StreamClosure(code, message));
        }
    }

    /// <summary>
    /// Sends an empty packet, so that the peer does not take the connection for dead. False if there was no answer.
    /// </summary>
    public Task<bool> SendKeepAliveAsync(CancellationToken cancellationToken = default) =>
        SendFramesAsync(static _ => { }, cancellationToken);

    /// <summary>
    /// Ends the connection without telling the peer, whose next packet makes it anew; not if it was silent for less,
    /// something is held or on its way, or somebody has protected it. One whose end the peer knows is kept for as long
    /// as packets live, where there is room for it, and by a client not at all, as nothing more comes for it.
    /// </summary>
    internal bool TryForget(TimeSpan silence, bool makesRoom = false)
    {
        lock (Gate)
        {
            var isOver = _peerKnowsEnd && Closure is not null;
            var longest = IsServer && !makesRoom ? Options.PacketLifetime : TimeSpan.Zero;
            if (isOver && longest < silence)
                silence = longest;
            if (Now - _lastActivity < silence || (IsProtected && Closure is null)
                || (makesRoom && _hasMovedMoney && !isOver) || _held > 0 || _moneyInFlight > 0 || _otherInFlight > 0)
                return false;
            _forgotten = true;
            End(new StreamClosure(StreamErrorCode.NoError, "The connection was silent for too long."));
            return true;
        }
    }

    /// <summary>Sends a keep-alive if one is due, and takes less memory after some silence.</summary>
    internal void LookAtClock()
    {
        lock (Gate)
        {
            var silence = Now - _lastActivity;
            if (silence >= RestAfter)
                Keys.Rest();
            var isDue = _keepAlive is { } interval && silence >= interval;
            if (!isDue || _keepAliveToSend || !CanSendUnderGate)
                return;
            _keepAliveToSend = true;
        }

        RequestPump();
    }

    /// <summary>Ends the connection and its streams. Called under the gate.</summary>
    private void End(StreamClosure closure)
    {
        if (Closure is not null)
            return;
        Closure = closure;
        foreach (var stream in _streams.Values)
            stream.End(closure);
        _streams.Clear();
        _moneyBackoff.Dispose();
        _otherBackoff.Dispose();
        _completion?.TrySetResult(closure);
        _changed.Raise();
        // The callbacks of those who decide about money must not run under the gate.
        if (_ended is not null)
            _ = _ended.CancelAsync();
    }

    /// <summary>Ends a stream; it is remembered until the peer has been told. Called under the gate.</summary>
    internal void EndStream(MoneyStream stream, StreamClosure closure)
    {
        if (stream.Closure is not null)
            return;
        stream.End(closure);
        if (_peerStreams.IsOfPeer(stream.Id))
        {
            _peerStreams.Close();
            _maxStreamIdToTell = true;
        }

        if (!stream.CloseToTell)
            _streams.Remove(stream.Id);
    }

    // JavaScript peers that hear only of the connection's end wait until their streams have sent all that they want to.
    private void AddClosures(StreamFrameBuffer frames, StreamErrorCode code, string message)
    {
        foreach (var stream in _streams.Values)
            frames.Add(StreamFrame.StreamClose(stream.Id, code, default));
        frames.Add(StreamFrame.ConnectionClose(code, Encoding.UTF8.GetBytes(message)));
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            lock (Gate)
            {
                if (_moneyInFlight == 0 || Closure is not null)
                    return;
                change = _changed.Next();
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    private void Touch() => _lastActivity = Now;
}
