using Codius.Core.Leases;
using Codius.Core.Ledger;

namespace Codius.Host.Payments;

/// <summary>
/// The money of one operation while it is decided about. Packets that do not complete the price become a credit and are
/// taken; the one that completes it is held until <see cref="Decide"/>. docs/money.md tells why.
/// </summary>
internal sealed class Escrow(
    PayToken token,
    string requestDigest,
    Asset asset,
    long due,
    CreditId credit,
    PaymentOptions options,
    IHostStore store,
    TimeProvider time)
{
    // A held packet is answered this long before it expires, so that the answer still reaches the payer.
    private static readonly TimeSpan AnswerMargin = TimeSpan.FromSeconds(2);

    // Less than this is not worth holding: the payer sends it again with a fresh expiry.
    private static readonly TimeSpan LeastHold = TimeSpan.FromSeconds(10);

    // Every part is a line in the journal for ever: dust is no way to pay.
    private const int MostParts = 1000;

    private static readonly PacketAnswer TooSmall =
        new PacketAnswer.Refuse("the price comes in too many small packets");

    private static readonly PacketAnswer AlreadyPaid = new PacketAnswer.Refuse("this was paid already");

    private readonly SemaphoreSlim _turn = new(1, 1);

    private readonly TaskCompletionSource<HeldPacket> _completing =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource<PacketAnswer> _decision =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private long _arrived;
    private int _parts;

    /// <summary>Whose what came in parts is.</summary>
    public CreditId Credit => credit;

    /// <summary>What all amounts are in.</summary>
    public Asset Asset => asset;

    /// <summary>What earlier packets brought; it is a credit already.</summary>
    public long Arrived => Interlocked.Read(ref _arrived);

    /// <summary>What is still to come, in minor units.</summary>
    public long Due => due - Arrived;

    /// <summary>Ends when the packet that completes the price is there.</summary>
    public Task<HeldPacket> Completed => _completing.Task;

    /// <summary>
    /// Takes, holds or refuses a packet. Held until decided or until the payer's connector gave it up.
    /// </summary>
    public async Task<PacketAnswer> OfferAsync(IncomingPacket packet, CancellationToken lost)
    {
        await _turn.WaitAsync(lost);
        try
        {
            if (_decision.Task.IsCompleted)
                return await _decision.Task is PacketAnswer.Refuse refusal ? refusal : AlreadyPaid;
            if (_completing.Task.IsCompleted)
                return new PacketAnswer.RetryLater();
            var now = time.GetUtcNow();
            if (packet.ExpiresAt - now < LeastHold || lost.IsCancellationRequested)
                return new PacketAnswer.RetryLater();
            if (packet.Amount < due - _arrived)
                return ++_parts <= MostParts ? await TakePartAsync(packet) : TooSmall;
            var until = packet.ExpiresAt - AnswerMargin;
            var longest = now + options.HoldTimeout;
            _completing.TrySetResult(new HeldPacket(packet, until < longest ? until : longest, lost));
        }
        finally
        {
            _turn.Release();
        }

        return await _decision.Task;
    }

    /// <summary>Answers the held packet, and all that come later, once and for all.</summary>
    public void Decide(PacketAnswer answer) => _decision.TrySetResult(answer);

    private async Task<PacketAnswer> TakePartAsync(IncomingPacket packet)
    {
        var part = new PartPayment(
            token, requestDigest, packet.Key, credit, asset, packet.Amount, time.GetUtcNow());
        await store.RecordPartPaymentAsync(part, CancellationToken.None);
        Interlocked.Add(ref _arrived, packet.Amount);
        return new PacketAnswer.Fulfil();
    }
}

/// <summary>
/// The packet that completes a price, until when it can wait, and what says that nobody waits for it any more.
/// </summary>
internal sealed record HeldPacket(IncomingPacket Packet, DateTimeOffset Until, CancellationToken Lost);
