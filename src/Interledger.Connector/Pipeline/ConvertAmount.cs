using Interledger.Connector.Rates;
using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>
/// Converts the amount to the asset of the account that it goes to, rounding down, so that the connector never pays out
/// more than came in. An amount of which nothing is left is R01: its sender would pay for nothing.
/// </summary>
public sealed class ConvertAmount(IExchangeRates rates) : IPacketStep
{
    /// <inheritdoc/>
    public ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next)
    {
        if (!rates.TryGetRate(packet.From.Config.Asset, packet.To.Config.Asset, out var rate))
            return ValueTask.FromResult(packet.Reject(IlpErrorCode.Unreachable, "no exchange rate for these assets"));
        if (!rate.Value.TryConvert(packet.Prepare.Amount, out var amount))
            return ValueTask.FromResult(packet.Reject(IlpErrorCode.InvalidAmount, "the converted amount is too large"));
        if (amount == 0 && packet.Prepare.Amount != 0)
        {
            return ValueTask.FromResult(
                packet.Reject(IlpErrorCode.InsufficientSourceAmount, "the converted amount is less than one unit"));
        }

        packet.OutgoingAmount = amount;
        return next(packet);
    }
}
