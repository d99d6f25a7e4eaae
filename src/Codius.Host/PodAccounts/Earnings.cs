using Codius.Core.Earnings;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Host.Pods;
using Codius.Host.Uplink;

namespace Codius.Host.PodAccounts;

/// <summary>What belongs to whom, and what is told of it.</summary>
internal sealed class Earnings(
    PodRegistry pods, IEarningsStore store, PodConnector connector, PodBooks books, PayoutService payouts)
{
    private const int LastPayouts = 20;

    /// <summary>
    /// The accounts that a capability has of a manifest; none where it has no right. Also after the pod has ended.
    /// </summary>
    public async Task<IReadOnlyList<PodAccount>> FindAsync(
        ManifestHash manifest, CapabilityId capability, CancellationToken cancellationToken)
    {
        var found = await store.FindAccountsAsync(manifest, capability, cancellationToken);
        if (connector.Current is not { } current)
            return found;
        var asset = current.Asset.ToAsset();
        if (found.Any(account => account.Asset == asset))
            return found;
        // A pod may run in another asset than the one it was sold in, or have been paid before it was sold and then not
        // been. The account's name follows from the capability, so that whoever shows it has shown his right.
        var account = PodAccountName.Account(manifest, capability, asset, found.LastOrDefault()?.Payout);
        return pods.Find(manifest)?.Record.Owner == capability || books.BalanceOf(account.Id) > 0
            ? [.. found, account]
            : found;
    }

    public async Task<EarningsAnswer> DescribeAsync(
        ManifestHash manifest, IReadOnlyList<PodAccount> accounts, CancellationToken cancellationToken)
    {
        var answers = new List<EarningsAccountAnswer>();
        foreach (var account in accounts)
            answers.Add(await DescribeAsync(account, cancellationToken));
        return new EarningsAnswer(
            manifest.Value, accounts.LastOrDefault(account => account.Payout is not null)?.Payout, answers);
    }

    private async Task<EarningsAccountAnswer> DescribeAsync(PodAccount account, CancellationToken cancellationToken)
    {
        var (sent, inDoubt, underWay) = await store.SumPayoutsAsync(account.Id, cancellationToken);
        var last = await store.FindPayoutsAsync(account.Id, LastPayouts, cancellationToken);
        var address = connector.IsInUse(account.Id) && connector.Current is { } current
            ? current.Connector.Address.Append(account.Id).Value
            : null;
        return new EarningsAccountAnswer(
            new EarningsAssetAnswer(account.Asset.Code, account.Asset.Scale),
            address,
            books.BalanceOf(account.Id).ToString(),
            underWay.ToString(),
            sent.ToString(),
            inDoubt.ToString(),
            payouts.ProblemOf(account),
            [.. last.Select(Describe)]);
    }

    private static PayoutAnswer Describe(Payout payout) => new(
        PodAnswers.Time(payout.At),
        payout.Pointer,
        payout.State == PayoutState.Settled ? "settled" : "underway",
        payout.Amount.ToString(),
        payout.Sent.ToString(),
        payout.InDoubt.ToString(),
        payout.Problem);
}
