using System.Security.Cryptography;
using Codius.Core.Earnings;
using Interledger;
using Interledger.Connector;
using Interledger.Connector.Accounts;
using Interledger.Links;
using Interledger.Payments;
using Interledger.Spsp;
using Interledger.Stream;

namespace Codius.Host.PodAccounts;

/// <summary>
/// One payout, from the account to the payment pointer. An account has one at a time, and the next only when the one
/// before is settled. What is recorded when, so that a crash between any two steps neither pays twice what is known to
/// have left nor loses what has not:
/// <list type="number">
/// <item>the payout is in the store as open;</item>
/// <item>the books move its amount from the account to the account's purse, and the store has it as funded;</item>
/// <item>each packet's money is recorded as under way before it leaves (<see cref="PayoutLink"/>);</item>
/// <item>the store has what was sent and what is in doubt, as settling;</item>
/// <item>the books move what is left, and what is in doubt, back to the account, and the payout is settled.</item>
/// </list>
/// </summary>
internal sealed class PayoutRun(IEarningsStore store, PodBooks books, SpspClient payees, TimeProvider time)
{
    private const int MostPackets = 1_000_000;
    private const int Tries = 4;
    private static readonly TimeSpan QuietCheck = TimeSpan.FromMilliseconds(50);

    // However slowly a payee takes what is his, others wait for theirs.
    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(3);

    /// <summary>
    /// Pays out up to an amount. What went wrong before anything was recorded comes back as a payout that has an amount
    /// of zero and is not in the store.
    /// </summary>
    public async Task<Payout> PayAsync(
        PodAccount account,
        long amount,
        (IlpConnector Connector, AssetDetails Asset) way,
        CancellationToken cancellationToken)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var payout = new Payout(id, account.Id, account.Payout!, amount, time.GetUtcNow());
        var (payee, error) = await payees.QueryAsync(account.Payout!, cancellationToken: cancellationToken);
        if (payee is null)
            return payout with { Amount = 0, Problem = error!.Message };
        // What is left there is of a payout that the store does not know, since an older copy of it was restored.
        await ReturnAsync(PurseOf(account.Id), account.Id);
        await ReturnAsync(UnderWayOf(account.Id), account.Id);
        if (await FundAsync(payout) is not { } funded)
            return await SettleAsync(payout with { Problem = "the pod has spent it meanwhile" });
        payout = funded with { State = PayoutState.Funded };
        await store.SavePayoutAsync(payout, CancellationToken.None);
        var problem = await SendAsync(payout, payee.Credentials, way, cancellationToken);
        return await SettleAsync(payout with { Problem = problem });
    }

    /// <summary>Ends a payout, also one that an earlier life of the host was making.</summary>
    public async Task<Payout> SettleAsync(Payout payout)
    {
        var (purse, underWay) = (PurseOf(payout.Account), UnderWayOf(payout.Account));
        if (payout.State is PayoutState.Open or PayoutState.Funded)
        {
            var inDoubt = books.BalanceOf(underWay);
            // An open one has sent nothing: it is not said whether its purse has been filled.
            var sent = payout.State == PayoutState.Open ? 0 : payout.Amount - books.BalanceOf(purse) - inDoubt;
            payout = payout with { State = PayoutState.Settling, Sent = sent, InDoubt = inDoubt };
            await store.SavePayoutAsync(payout, CancellationToken.None);
        }

        await ReturnAsync(purse, payout.Account);
        await ReturnAsync(underWay, payout.Account);
        payout = payout with { State = PayoutState.Settled };
        await store.SavePayoutAsync(payout, CancellationToken.None);
        return payout;
    }

    // What a pod has under way itself is still on its account, and cannot be paid out: then a part of it can.
    private async Task<Payout?> FundAsync(Payout payout)
    {
        for (var parts = Tries; parts > 0; parts--)
        {
            var part = payout with { Amount = (long)((Int128)payout.Amount * parts / Tries) };
            if (part.Amount == 0)
                break;
            await store.SavePayoutAsync(part, CancellationToken.None);
            if (await books.TryMoveAsync(part.Account, PurseOf(part.Account), part.Amount))
                return part;
        }

        return null;
    }

    private async Task ReturnAsync(string from, string account)
    {
        if (!await books.TryMoveAsync(from, account, books.BalanceOf(from)))
            throw new InvalidOperationException($"What is on {from} is under way, and cannot be given back yet.");
    }

    private async Task<string?> SendAsync(
        Payout payout,
        StreamCredentials destination,
        (IlpConnector Connector, AssetDetails Asset) way,
        CancellationToken cancellationToken)
    {
        var name = UnderWayOf(payout.Account);
        var (link, connectors) = InMemoryLink.CreatePair(time);
        var account = way.Connector.AddAccount(
            new AccountConfig
            {
                Id = name,
                Relation = AccountRelation.Child,
                Asset = way.Asset,
                WaitsForDisk = true,
                PacketsPerSecond = MostPackets,
            },
            connectors);
        var purse = new PayoutLink(link, books, way.Connector.Address, PurseOf(payout.Account), name);
        using var late = new CancellationTokenSource(MostTime, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var options = new StreamClientOptions
            {
                Address = way.Connector.Address.Append(name),
                Asset = way.Asset,
            };
            await using var client = new StreamClient(purse, options, time);
            client.Listen();
            return await PayAsync(client, destination, payout.Amount, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return cancellationToken.IsCancellationRequested ? "the host was stopped" : "it took too long";
        }
        finally
        {
            await WaitUntilQuietAsync(purse, account);
            await way.Connector.RemoveAccountAsync(name);
        }
    }

    private static async Task<string?> PayAsync(
        StreamClient client, StreamCredentials destination, long amount, CancellationToken cancellationToken)
    {
        var (payment, failure) = await OutgoingPayment.QuoteAsync(
            client, destination, PaymentAmount.FixedSource((ulong)amount), cancellationToken: cancellationToken);
        if (payment is null)
            return failure?.Message ?? "the receiver could not be asked";
        var outcome = await payment.PayAsync(cancellationToken: cancellationToken);
        return outcome.IsCompleted ? null : outcome.Failure?.Message ?? $"it ended early: {outcome.End}";
    }

    // What is under way has an answer or has expired soon: only then is it known what was sent, and nothing moves in
    // the books any more.
    private async Task WaitUntilQuietAsync(PayoutLink link, AccountState account)
    {
        while (!link.IsQuiet || account.Outstanding > 0)
            await Task.Delay(QuietCheck, time);
    }

    private static string PurseOf(string account) => "purse-" + account;

    private static string UnderWayOf(string account) => "payout-" + account;
}
