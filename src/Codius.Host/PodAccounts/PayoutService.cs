using System.Collections.Concurrent;
using System.Threading.Channels;
using Codius.Core;
using Codius.Core.Earnings;
using Codius.Core.Ledger;
using Codius.Host.Pods;
using Codius.Host.Uplink;
using Microsoft.Extensions.Options;

namespace Codius.Host.PodAccounts;

/// <summary>
/// Pays earnings out: those of a running pod when they have reached the threshold, those of one that has ended whatever
/// they are. What could not be paid stays on the account, and is tried again later and later.
/// </summary>
internal sealed partial class PayoutService(
    PodConnector connector,
    PodBooks books,
    PodRegistry pods,
    IEarningsStore store,
    PayoutRun run,
    IUplink uplink,
    IOptions<PodAccountOptions> options,
    TimeProvider time,
    ILogger<PayoutService> log) : BackgroundService
{
    private const int AtATime = 16;
    private const string Interrupted = "the host was interrupted meanwhile";
    private static readonly TimeSpan OpenCheck = TimeSpan.FromMilliseconds(100);

    // A wallet may be about to connect again, as after a restart of this host: that takes seconds.
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(6);

    private readonly Channel<bool> _wishes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Turns _turns = new();
    private readonly ConcurrentDictionary<string, Failed> _failed = new();
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Why an account cannot be paid out now, or was not when it was tried last; null where nothing is known.
    /// </summary>
    public string? ProblemOf(PodAccount account) => books.BalanceOf(account.Id) > 0
        ? ObstacleTo(account) ?? _failed.GetValueOrDefault(account.Id)?.Problem
        : null;

    /// <summary>Pays out all that an account has, whatever failed before, if it can be tried now.</summary>
    public async Task PayNowAsync(PodAccount account, CancellationToken cancellationToken)
    {
        await _open.Task.WaitAsync(cancellationToken);
        // Who is paying it out at this moment may not have seen all that there is, or have another payee.
        using var turn = await _turns.TakeAsync(account.Id, cancellationToken);
        _failed.TryRemove(account.Id, out _);
        await PayAsync(account, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        void OnChanged(object? sender, EventArgs e) => _wishes.Writer.TryWrite(true);

        connector.Changed += OnChanged;
        try
        {
            while (!pods.IsOpen)
                await Task.Delay(OpenCheck, time, stoppingToken);
            _open.SetResult();
            while (true)
            {
                await TryAsync(SettleAsync, stoppingToken);
                await TryAsync(LookAsync, stoppingToken);
                await WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // This is how it ends.
        }
        finally
        {
            connector.Changed -= OnChanged;
        }
    }

    // What an earlier life of the host was paying out, or what this one could not bring to its end.
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var accounts = (await store.LoadUnsettledPayoutsAsync(cancellationToken)).Select(payout => payout.Account);
        foreach (var account in accounts.Distinct())
        {
            using var turn = _turns.TryTake(account);
            if (turn is not null)
                await SettleAsync(account, cancellationToken);
        }
    }

    // Nobody pays this account out now: what is unsettled at this moment stands still.
    private async Task SettleAsync(string account, CancellationToken cancellationToken)
    {
        foreach (var payout in await store.LoadUnsettledPayoutsAsync(cancellationToken))
        {
            if (payout.Account != account)
                continue;
            var settled = await run.SettleAsync(payout with { Problem = payout.Problem ?? Interrupted });
            LogSettledLate(log, settled.Id, settled.Sent, settled.InDoubt);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var accounts = await store.LoadAccountsWithPayeeAsync(cancellationToken);
        await Parallel.ForEachAsync(
            accounts.Where(IsDue),
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken },
            async (account, token) => await TryPayAsync(account, token));
    }

    private bool IsDue(PodAccount account) =>
        books.BalanceOf(account.Id) >= (connector.IsInUse(account.Id) ? options.Value.PayoutThreshold : 1)
        && !(_failed.TryGetValue(account.Id, out var failed) && failed.Until > time.GetUtcNow());

    private string? ObstacleTo(PodAccount account)
    {
        if (!uplink.IsReady || connector.Current?.Asset.ToAsset() is not { } asset)
            return "this host has no way to Interledger now";
        return account.Asset == asset ? null : $"this host is paid in {asset} now";
    }

    private async Task TryPayAsync(PodAccount account, CancellationToken cancellationToken)
    {
        using var turn = _turns.TryTake(account.Id);
        if (turn is not null)
            await PayAsync(account, cancellationToken);
    }

    private async Task PayAsync(PodAccount account, CancellationToken cancellationToken)
    {
        try
        {
            if (account.Payout is null || ObstacleTo(account) is not null || connector.Current is not { } way)
                return;
            await SettleAsync(account.Id, cancellationToken);
            if (books.BalanceOf(account.Id) is > 0 and var amount)
                Note(account, await run.PayAsync(account, amount, way, cancellationToken));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Note(account, "something went wrong on this host");
            LogBroken(log, account.Id, e);
        }
    }

    private void Note(PodAccount account, Payout payout)
    {
        LogPaid(log, account.Id, payout.Pointer, payout.Sent, payout.Amount, payout.InDoubt, payout.Problem);
        if (payout.Problem is { } problem)
            Note(account, problem);
        else
            _failed.TryRemove(account.Id, out _);
    }

    private void Note(PodAccount account, string problem) => _failed.AddOrUpdate(
        account.Id,
        _ => new Failed(problem, FirstRetry, time.GetUtcNow() + FirstRetry),
        (_, before) =>
        {
            var pause = before.Pause * 2 < LongestRetry ? before.Pause * 2 : LongestRetry;
            return new Failed(problem, pause, time.GetUtcNow() + pause);
        });

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource(options.Value.PayoutInterval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
        try
        {
            await _wishes.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody wished for anything.
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        try
        {
            await action(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogChoreFailed(log, e);
        }
    }

    [LoggerMessage(LogLevel.Information,
        "Paid {Sent} of {Amount} units of account {Account} out to {Pointer}, {InDoubt} in doubt ({Problem})")]
    private static partial void LogPaid(
        ILogger log, string account, string pointer, long sent, long amount, long inDoubt, string? problem);

    [LoggerMessage(LogLevel.Warning,
        "Payout {Id} was interrupted: {Sent} units are known to be sent, {InDoubt} are in doubt")]
    private static partial void LogSettledLate(ILogger log, string id, long sent, long inDoubt);

    [LoggerMessage(LogLevel.Error, "Account {Account} could not be paid out")]
    private static partial void LogBroken(ILogger log, string account, Exception error);

    [LoggerMessage(LogLevel.Error, "A look at what is to be paid out failed and is tried again")]
    private static partial void LogChoreFailed(ILogger log, Exception error);

    private sealed record Failed(string Problem, TimeSpan Pause, DateTimeOffset Until);
}
