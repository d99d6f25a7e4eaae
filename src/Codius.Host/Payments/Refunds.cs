using Codius.Core.Leases;

namespace Codius.Host.Payments;

/// <summary>
/// Sends what came in parts, and bought nothing, back to payers that take money. It is journalled before it is sent;
/// what does not arrive, or nobody knows of, is the payer's credit again, at the host's risk.
/// </summary>
internal sealed partial class Refunds(ITill till, IHostStore store, TimeProvider time, ILogger<Refunds> log)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    /// <summary>How much of the escrow's parts has gone back.</summary>
    public async Task<long> SendBackAsync(PaidOperation operation, string tag, Escrow escrow)
    {
        var amount = Math.Min(escrow.Arrived, till.Returnable(tag));
        if (amount <= 0)
            return 0;
        var money = new MoneyReturn(operation.Token, escrow.Credit, escrow.Asset, amount, time.GetUtcNow());
        if (!await store.BeginReturnAsync(money, CancellationToken.None))
            return 0;
        using var limit = new CancellationTokenSource(Longest, time);
        var arrived = await till.ReturnAsync(tag, amount, limit.Token);
        await store.SettleReturnAsync(operation.Token, arrived, time.GetUtcNow(), CancellationToken.None);
        LogSentBack(log, operation.Token.Hex, arrived, amount);
        return arrived;
    }

    [LoggerMessage(LogLevel.Information, "Sent {Arrived} of {Amount} units back to the payer of {Token}")]
    private static partial void LogSentBack(ILogger log, string token, long arrived, long amount);
}
