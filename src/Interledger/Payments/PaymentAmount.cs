namespace Interledger.Payments;

/// <summary>How much to pay: a fixed amount that is sent, or a fixed amount that arrives.</summary>
public readonly record struct PaymentAmount
{
    private PaymentAmount(ulong value, bool isDelivery) => (Value, IsDelivery) = (value, isDelivery);

    /// <summary>In minor units: the receiver's if <see cref="IsDelivery"/>, else the sender's.</summary>
    public ulong Value { get; }

    /// <summary>Whether it is what arrives that is fixed.</summary>
    public bool IsDelivery { get; }

    /// <summary>So much is sent, in the sender's minor units, and what arrives follows from the rate.</summary>
    public static PaymentAmount FixedSource(ulong amount) => new(amount, isDelivery: false);

    /// <summary>So much arrives, in the receiver's minor units, and what is sent follows from the rate.</summary>
    public static PaymentAmount FixedDelivery(ulong amount) => new(amount, isDelivery: true);

    /// <inheritdoc/>
    public override string ToString() => $"{Value} {(IsDelivery ? "delivered" : "sent")}";
}
