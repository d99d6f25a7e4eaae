using System.Buffers;
using System.Collections.Concurrent;
using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Btp;

internal sealed partial class BtpConnection
{
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<IlpReply>> _pending = new();
    private TaskCompletionSource<BtpPacket>? _authenticating;
    private uint _authenticationId;
    private uint _lastRequestId;
    private int _outstanding;

    /// <summary>Sends a Prepare and waits for its answer, its expiry, or the end of the connection.</summary>
    public async ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        if (!IsOpen)
            return LinkAnswers.NotConnected;
        var left = LinkAnswers.TimeLeft(prepare, _time);
        if (left <= TimeSpan.Zero)
            return LinkAnswers.TimedOut;
        if (Interlocked.Increment(ref _outstanding) > _options.MaxOutstanding)
        {
            Interlocked.Decrement(ref _outstanding);
            return LinkAnswers.Busy;
        }

        var requestId = NextRequestId();
        var pending = new TaskCompletionSource<IlpReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[requestId] = pending;
        try
        {
            var frame = new ArrayBufferWriter<byte>(prepare.Packet.Length + 32);
            frame.WriteIlpMessage(requestId, prepare.Packet.Span);
            return await SendAndWaitAsync(frame.WrittenMemory, pending, left, cancellationToken);
        }
        finally
        {
            _pending.TryRemove(requestId, out _);
            Interlocked.Decrement(ref _outstanding);
        }
    }

    /// <summary>Says who we are, as the first message (RFC 0023, section "Authentication").</summary>
    public async Task<BtpDisconnect?> AuthenticateAsync(BtpUrl url, CancellationToken cancellationToken)
    {
        _authenticationId = NextRequestId();
        _authenticating = new TaskCompletionSource<BtpPacket>(TaskCreationOptions.RunContinuationsAsynchronously);
        var frame = new ArrayBufferWriter<byte>();
        frame.WriteMessage(_authenticationId,
        [
            BtpSubProtocol.Octets("auth", default),
            BtpSubProtocol.Text("auth_username", url.Username),
            BtpSubProtocol.Text("auth_token", url.Token),
        ]);
        Enqueue(frame.WrittenMemory);
        await Task.WhenAny(_authenticating.Task, Ended).WaitAsync(cancellationToken);
        if (!_authenticating.Task.IsCompleted)
            return await Ended;
        var answer = await _authenticating.Task;
        return answer.Error is not { } error ? null : new BtpDisconnect(
            BtpDisconnectReason.AuthenticationRefused,
            PeerText.OneLine(WithoutSecret($"{error.Name} {error.Data}", url.Token)));
    }

    // Some servers repeat the token that they refuse.
    private static string WithoutSecret(string words, string token) =>
        token.Length == 0 ? words : words.Replace(token, "***");

    private async ValueTask<IlpReply> SendAndWaitAsync(
        ReadOnlyMemory<byte> frame,
        TaskCompletionSource<IlpReply> pending,
        TimeSpan left,
        CancellationToken cancellationToken)
    {
        await using var expiry = _time.CreateTimer(
            static pending => ((TaskCompletionSource<IlpReply>)pending!).TrySetResult(LinkAnswers.TimedOut),
            pending,
            left,
            Timeout.InfiniteTimeSpan);
        await using var stop = cancellationToken.UnsafeRegister(
            static (pending, token) => ((TaskCompletionSource<IlpReply>)pending!).TrySetCanceled(token), pending);
        Enqueue(frame);
        // The connection may have ended between the first look and the entry in the table.
        if (!IsOpen)
            pending.TrySetResult(LinkAnswers.NotConnected);
        return await pending.Task;
    }

    private uint NextRequestId() => Interlocked.Increment(ref _lastRequestId);

    private void Complete(uint requestId, IlpReply reply)
    {
        if (_pending.TryRemove(requestId, out var pending))
            pending.TrySetResult(reply);
    }
}
