using Interledger.Links;
using Interledger.Packets;

namespace Codius.Interop.Connectors;

/// <summary>
/// One end of a bad line: packets arrive late, in another order, and some never. The sender of a lost one hears that the
/// line is down, or nothing until its time is up.
/// </summary>
internal sealed class LossyLink(IIlpLink line, int lossPercent, bool silent, int seed) : IIlpLink
{
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(200);

    private readonly Random _random = new(seed);
    private int _lost;

    public int Lost => Volatile.Read(ref _lost);

    public bool IsConnected => line.IsConnected;

    public void OnPrepare(IlpHandler handler) => line.OnPrepare(handler);

    public async ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        int delay, roll;
        lock (_random)
            (delay, roll) = (_random.Next(0, 30), _random.Next(100));
        await Task.Delay(delay, cancellationToken);
        // Losing routes would only delay the test.
        if (roll >= lossPercent || prepare.Amount == 0)
            return await line.SendAsync(prepare, cancellationToken);
        Interlocked.Increment(ref _lost);
        if (!silent)
            return IlpReply.Reject(IlpErrorCode.PeerUnreachable, message: "lost");
        await Task.Delay(Silence, cancellationToken);
        return IlpReply.Reject(IlpErrorCode.TransferTimedOut, message: "lost");
    }

    public ValueTask DisposeAsync() => line.DisposeAsync();
}
