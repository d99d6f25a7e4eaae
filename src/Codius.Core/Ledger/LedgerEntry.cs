using Codius.Core.Manifests;

namespace Codius.Core.Ledger;

/// <summary>One line of an entry: what it adds to an account, or, below zero, takes from it; in minor units.</summary>
public readonly record struct LedgerPosting(LedgerAccount Account, long Amount);

/// <summary>
/// One movement of money between two accounts or more. What it takes from some it adds to others: its postings make up
/// zero, or there is no such entry. The key makes it happen once, however often it is asked for.
/// </summary>
/// <exception cref="ArgumentException">The postings do not make up zero, or name an account twice.</exception>
public sealed record LedgerEntry
{
    public LedgerEntry(
        string key,
        DateTimeOffset at,
        Asset asset,
        IEnumerable<LedgerPosting> postings,
        string subject,
        string reason)
    {
        (Key, At, Asset, Subject, Reason) = (key, at, asset, subject, reason);
        Postings = [.. postings.Where(posting => posting.Amount != 0)];
        if (Postings.Aggregate(Int128.Zero, (sum, posting) => sum + posting.Amount) != 0
            || Postings.DistinctBy(posting => posting.Account).Count() != Postings.Count)
            throw new ArgumentException($"The postings of {key} do not balance.", nameof(postings));
    }

    /// <summary>A movement from one account to one other.</summary>
    public LedgerEntry(
        string key,
        DateTimeOffset at,
        Asset asset,
        LedgerAccount from,
        LedgerAccount to,
        long amount,
        string subject,
        string reason)
        : this(key, at, asset, [new(from, checked(-amount)), new(to, amount)], subject, reason)
    {
    }

    public string Key { get; }

    public DateTimeOffset At { get; }

    public Asset Asset { get; }

    /// <summary>Those that move something; none for an entry that moves nothing.</summary>
    public IReadOnlyList<LedgerPosting> Postings { get; }

    /// <summary>What it is about: mostly the token of a payment, in hexadecimal digits.</summary>
    public string Subject { get; }

    /// <summary>Why, in words.</summary>
    public string Reason { get; }

    /// <summary>Whose time it is about, where it is about a pod's.</summary>
    public ManifestHash? Pod { get; init; }
}
