using Codius.Core.Ledger;

namespace Codius.Core.Leases;

public enum OperationState
{
    /// <summary>Money has come, but not the whole price.</summary>
    Open,

    /// <summary>Paid and done; the answer stands for ever.</summary>
    Committed,

    /// <summary>Not done, and nothing kept: what came is a credit.</summary>
    Void,
}

/// <summary>What was answered to the request, so that a repeat of it gets the same.</summary>
public sealed record RecordedAnswer(int Status, string Body);

/// <summary>
/// What a Pay-Token was used for. There is a record as soon as money has moved; the digest of the request keeps the
/// token from being used for anything else.
/// </summary>
public sealed record OperationRecord(
    PayToken Token,
    string RequestDigest,
    OperationState State,
    RecordedAnswer? Answer);

/// <summary>
/// What a request that pays begins with: what its token was used for before, and what is left of the credit it brings.
/// </summary>
public sealed record PayerStanding(OperationRecord? Operation, CreditBalance? Credit)
{
    public static PayerStanding None { get; } = new(null, null);
}

/// <summary>A credit that is sent back to the payer it came from, instead of being kept for him.</summary>
public sealed record MoneyReturn(PayToken Token, CreditId Credit, Asset Asset, long Amount, DateTimeOffset At);

/// <summary>Money that arrived in a packet that did not complete the price: a credit from the first moment.</summary>
public sealed record PartPayment(
    PayToken Token,
    string RequestDigest,
    string PacketKey,
    CreditId Credit,
    Asset Asset,
    long Amount,
    DateTimeOffset At);
