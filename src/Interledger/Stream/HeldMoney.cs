namespace Interledger.Stream;

/// <summary>A packet that can be fulfilled, while it is decided whether it is.</summary>
internal readonly record struct HeldMoney(byte[] Fulfillment, (MoneyStream Stream, ulong Amount)[] Shares)
{
    public ulong Sequence { get; init; }

    public ulong Amount { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
