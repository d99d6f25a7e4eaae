using Codius.Core.Leases;

namespace Codius.Host.Payments;

/// <summary>
/// Sends what came in parts and bought nothing, and what of a lease was not used, back to payers that take money. It is
/// journalled before it is sent; what does not arrive, or nobody knows of, is the payer's credit again, at the host's
/// risk.
/// </summary>
internal sealed partial class Refunds(ITill till, IHostStore store, TimeProvider time, ILogger<Refunds> log)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    /// <summary>How much of the escrow's parts has gone back.</summary>
    public async Task<long> SendBackAsync(PaidOperation operation, string tag, Escrow escrow)
    {
        var money = new MoneyReturn(
            operation.Token, escrow.Credit, escrow.Asset, escrow.Arrived, time.GetUtcNow());
        return await SendBackAsync(money, tag, fromOthers: false);
    }

    /// <summary>
    /// How much of what was not used of a lease has gone back: over the connection that paid for it if it is there, or
    /// over the one of the request that ended it.
    /// </summary>
    public async Task<long> SendBackAsync(LeaseSettlement lease, string? requestTag)
    {
        if (lease.Unused == 0 || lease.Asset != till.Asset || !PayToken.TryFromHex(lease.LeaseId, out var token))
            return 0;
        var money = new MoneyReturn(token, lease.Credit, lease.Asset, lease.Unused, time.GetUtcNow());
        if (requestTag is not null && till.Returnable(requestTag, fromOthers: true) > 0)
            return await SendBackAsync(money, requestTag, fromOthers: true);
        return lease.Tag.Length > 0 ? await SendBackAsync(money, lease.Tag, fromOthers: false) : 0;
    }

    private async Task<long> SendBackAsync(MoneyReturn money, string tag, bool fromOthers)
    {
        var amount = Math.Min(money.Amount, till.Returnable(tag, fromOthers));
        if (amount <= 0 || !await store.BeginReturnAsync(money with { Amount = amount }, CancellationToken.None))
            return 0;
        using var limit = new CancellationTokenSource(Longest, time);
        var arrived = await till.ReturnAsync(tag, amount, fromOthers, limit.Token);
        await store.SettleReturnAsync(money.Token, arrived, time.GetUtcNow(), CancellationToken.None);
        LogSentBack(log, money.Token.Hex, arrived, amount);
        return arrived;
    }

    [LoggerMessage(LogLevel.Information, "Sent {Arrived} of {Amount} units back to the payer of {Token}")]
    private static partial void LogSentBack(ILogger log, string token, long arrived, long amount);
}
