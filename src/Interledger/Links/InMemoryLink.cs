using System.Diagnostics.CodeAnalysis;
using Interledger.Packets;

namespace Interledger.Links;

/// <summary>
/// One end of a link within this process: what one end sends, the other one's handler answers, on the sender's thread
/// as long as the handler does not wait. The handler gets a copy of the packet, so a sender may use its buffer again
/// even after a handler that was too late. Disposing either end closes both.
/// </summary>
public sealed class InMemoryLink : IIlpLink
{
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closed;
    private InMemoryLink? _other;
    private volatile IlpHandler? _handler;

    private InMemoryLink(TimeProvider time, CancellationTokenSource closed) => (_time, _closed) = (time, closed);

    /// <inheritdoc/>
    public bool IsConnected => !_closed.IsCancellationRequested;

    private InMemoryLink Other => _other!;

    /// <summary>Makes both ends of a link. Packets expire by the given clock, or the system's.</summary>
    public static (InMemoryLink Left, InMemoryLink Right) CreatePair(TimeProvider? time = null)
    {
        var closed = new CancellationTokenSource();
        var left = new InMemoryLink(time ?? TimeProvider.System, closed);
        var right = new InMemoryLink(time ?? TimeProvider.System, closed);
        (left._other, right._other) = (right, left);
        return (left, right);
    }

    /// <inheritdoc/>
    public void OnPrepare(IlpHandler handler) => _handler = handler;

    /// <inheritdoc/>
    public ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        if (!IsConnected)
            return ValueTask.FromResult(LinkAnswers.NotConnected);
        var left = LinkAnswers.TimeLeft(prepare, _time);
        if (left <= TimeSpan.Zero)
            return ValueTask.FromResult(LinkAnswers.TimedOut);
        if (!IlpPrepare.TryRead(prepare.Packet.ToArray(), out var copy))
            return ValueTask.FromResult(LinkAnswers.NotAPrepare);
        var answer = LinkAnswers.AskAsync(Other._handler, copy, _closed.Token);
        return answer.IsCompleted ? answer : WaitAsync(answer.AsTask(), left, cancellationToken);
    }

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1816", Justification = "There is no finalizer.")]
    public async ValueTask DisposeAsync() => await _closed.CancelAsync();

    private async ValueTask<IlpReply> WaitAsync(
        Task<IlpReply> answer, TimeSpan left, CancellationToken cancellationToken)
    {
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
            return await answer.WaitAsync(left, _time, stop.Token);
        }
        catch (TimeoutException)
        {
            return LinkAnswers.TimedOut;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return LinkAnswers.NotConnected;
        }
    }
}
