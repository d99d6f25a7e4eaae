using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Tests.Payments;

/// <summary>
/// A link that delivers everything and, from some time on, no answer to money: it says so, or hangs for ever.
/// </summary>
internal sealed class ForgetfulLink : IIlpLink
{
    private IIlpLink _inner = null!;

    public bool Forgets { get; set; }

    public bool Hangs { get; set; }

    public bool IsConnected => _inner.IsConnected;

    public IIlpLink Wrap(IIlpLink inner)
    {
        _inner = inner;
        return this;
    }

    public void OnPrepare(IlpHandler handler) => _inner.OnPrepare(handler);

    public async ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        var amount = prepare.Amount;
        var reply = await _inner.SendAsync(prepare, cancellationToken);
        if (Hangs && amount > 0)
            await new TaskCompletionSource().Task;
        return Forgets && amount > 0 ? IlpReply.Reject(IlpErrorCode.TransferTimedOut) : reply;
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
