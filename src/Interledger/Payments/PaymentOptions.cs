using Interledger.Stream;

namespace Interledger.Payments;

/// <summary>How a payment is made.</summary>
public sealed record PaymentOptions
{
    /// <summary>
    /// The limits of its connection, among them slippage and the least exchange rate; without them those of the client.
    /// </summary>
    public StreamOptions? Connection { get; init; }

    /// <summary>
    /// How long to wait while nothing moves, because the receiver takes no more for now or the route is congested.
    /// What is on its way is waited for until it has expired.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the receiver may take to hear that the payment is over; no money moves then.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
