using Codius.Core.Manifests;

namespace Codius.Core.Ledger;

/// <summary>
/// Which part of the journal is looked at: from a moment on, before a moment, in one asset, about one pod. What is null
/// leaves nothing out.
/// </summary>
public sealed record LedgerFilter(
    DateTimeOffset? From = null, DateTimeOffset? To = null, string? Asset = null, ManifestHash? Pod = null);

/// <summary>An entry as it stands in the journal, with its number.</summary>
public sealed record LedgerLine(long Number, LedgerEntry Entry);

/// <summary>What became the host's own on one day, UTC, in minor units.</summary>
public sealed record DailyEarnings(DateOnly Day, Asset Asset, long Amount);

/// <summary>A change of a pod: how it was, how it is, why, and whether money moved with it.</summary>
public sealed record PodChange(
    DateTimeOffset At, ManifestHash Pod, string PodId, string From, string To, string Reason, bool HasMoneyMoved);

/// <summary>
/// Something in the books that does not fit, and the key of the entry that it is about, if it is one.
/// </summary>
public sealed record LedgerProblem(string? Key, string What)
{
    public override string ToString() => Key is null ? What : $"{Key}: {What}";
}
