using Interledger.Stream;

namespace Interledger.Payments;

/// <summary>What a payment comes to at most and at least, at the measured rate and with its slippage.</summary>
/// <param name="Rate">The exchange rate that test packets met.</param>
/// <param name="MaxSourceAmount">The most that leaves, in the sender's minor units, whatever happens.</param>
/// <param name="MinDeliveryAmount">
/// The least that arrives if all of it is sent, in the receiver's minor units. Rounding may take up to a unit of each
/// packet from it.
/// </param>
public sealed record PaymentQuote(ExchangeRate Rate, ulong MaxSourceAmount, ulong MinDeliveryAmount)
{
    /// <summary>What the receiver counts in, if it has said so.</summary>
    public AssetDetails? DestinationAsset { get; init; }

    // Null if there is no limit to what it could cost.
    internal static PaymentQuote? Make(PaymentAmount amount, ExchangeRate rate, StreamOptions options)
    {
        if (!amount.IsDelivery)
            return new PaymentQuote(rate, amount.Value, options.ApplySlippage(rate.DestinationFor(amount.Value)));
        var most = options.MostFor(amount.Value, rate);
        return most == ulong.MaxValue ? null : new PaymentQuote(rate, most, amount.Value);
    }
}

/// <summary>What came of asking for a quote: a payment that can be made, or why there is none.</summary>
/// <param name="Payment">The payment. It must be made or disposed.</param>
/// <param name="Failure">Why there is none. No money has moved.</param>
public readonly record struct QuoteResult(OutgoingPayment? Payment, StreamFailure? Failure);
