using Interledger.Connector.Balances;
using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>
/// Reserves the money of both sides before the packet goes out; T04 if one of them has no room for it, T00 if the store
/// cannot record it. A fulfilment moves it, before it is passed on; a rejection frees it.
/// </summary>
public sealed class MoveBalances(IBalanceStore balances) : IPacketStep
{
    /// <inheritdoc/>
    public async ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next)
    {
        var transfer = new BalanceTransfer(
            packet.From.Id, packet.Prepare.Amount, packet.From.Config.MinimumBalance,
            packet.To.Id, packet.OutgoingAmount, packet.To.Config.MaximumBalance)
        {
            WaitsForDisk = packet.From.Config.WaitsForDisk || packet.To.Config.WaitsForDisk,
        };
        var reserved = balances.TryReserve(transfer);
        if (reserved != ReservationResult.Reserved)
            return Refuse(packet, reserved);

        var fulfilled = false;
        try
        {
            var reply = await next(packet);
            fulfilled = reply.IsFulfill;
            if (fulfilled)
                await balances.CommitAsync(transfer);
            return reply;
        }
        finally
        {
            if (!fulfilled)
                balances.Release(transfer);
        }
    }
    private static IlpReply Refuse(PacketContext packet, ReservationResult why) => why switch
    {
        ReservationResult.BelowMinimum => packet.Reject(IlpErrorCode.InsufficientLiquidity, "insufficient balance"),
        ReservationResult.AboveMaximum => packet.Reject(IlpErrorCode.InsufficientLiquidity, "exceeded maximum balance"),
        _ => packet.Reject(IlpErrorCode.InternalError, "balances cannot be recorded"),
    };
}
