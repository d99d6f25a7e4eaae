using System.Collections.Concurrent;
using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Tests.Payments;

/// <summary>
/// A link that is cut after so many packets. What was on its way then arrives or has arrived; the answers do not.
/// </summary>
internal sealed class CutLink : IIlpLink
{
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentBag<Task> _underWay = [];
    private IIlpLink _inner = null!;
    private int _packetsLeft = int.MaxValue;

    public Action? OnCut { get; set; }

    public bool IsConnected => !_cut.Task.IsCompleted;

    public void CutAfter(int packets) => Volatile.Write(ref _packetsLeft, packets);

    public IIlpLink Wrap(IIlpLink inner)
    {
        _inner = inner;
        return this;
    }

    public void OnPrepare(IlpHandler handler) => _inner.OnPrepare(handler);

    public async ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        if (IsConnected && Interlocked.Decrement(ref _packetsLeft) == 0)
        {
            OnCut?.Invoke();
            _cut.SetResult();
        }

        if (!IsConnected)
            return IlpReply.Reject(IlpErrorCode.PeerUnreachable);
        var answer = _inner.SendAsync(prepare, cancellationToken).AsTask();
        _underWay.Add(answer);
        await Task.WhenAny(answer, _cut.Task);
        return IsConnected ? await answer : IlpReply.Reject(IlpErrorCode.PeerUnreachable);
    }

    /// <summary>Ends when all that was on its way has arrived.</summary>
    public Task DrainAsync() => Task.WhenAll(_underWay);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
