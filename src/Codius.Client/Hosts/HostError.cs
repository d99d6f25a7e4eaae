namespace Codius.Client.Hosts;

public enum HostErrorKind
{
    /// <summary>No connection, or it broke.</summary>
    Unreachable,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The host said no, and <see cref="HostError.Status"/> which.</summary>
    Refused,

    /// <summary>What came back is not what a Codius host answers.</summary>
    BadAnswer,

    /// <summary>The price could not be paid.</summary>
    PaymentFailed,

    /// <summary>The caller cancelled.</summary>
    Cancelled,
}

/// <summary>
/// Why a host did not do what it was asked, in words for people. Amounts are the host's claims in its minor units, null
/// where it made none.
/// </summary>
public sealed record HostError(HostErrorKind Kind, string Message, int? Status = null)
{
    public ulong? MoneyMoved { get; init; }

    public ulong? Refunded { get; init; }

    /// <summary>What the host owes, to be spent with a later request.</summary>
    public ulong? Credited { get; init; }

    public override string ToString() => Status is { } status ? $"{Message} ({status})" : Message;
}
