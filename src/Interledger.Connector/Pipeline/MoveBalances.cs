using Interledger.Connector.Balances;
using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>
/// Reserves the money of both sides before the packet goes out; T04 if one of them has no room for it. A fulfilment
/// moves it, before it is passed on; a rejection frees it.
/// </summary>
public sealed class MoveBalances(IBalanceStore balances) : IPacketStep
{
    /// <inheritdoc/>
    public async ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next)
    {
        var transfer = new BalanceTransfer(
            packet.From.Id, packet.Prepare.Amount, packet.From.Config.MinimumBalance,
            packet.To.Id, packet.OutgoingAmount, packet.To.Config.MaximumBalance);
        var reserved = balances.TryReserve(transfer);
        if (reserved != ReservationResult.Reserved)
        {
            return packet.Reject(
                IlpErrorCode.InsufficientLiquidity,
                reserved == ReservationResult.BelowMinimum ? "insufficient balance" : "exceeded maximum balance");
        }

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
}
