using System.Collections.Concurrent;
using System.Security.Cryptography;
using Interledger.Addresses;
using Interledger.Connector.Accounts;
using Interledger.Connector.Balances;
using Interledger.Ildcp;
using Interledger.Packets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Interledger.Connector.Settlement;

/// <summary>
/// The connector's side of settlement (RFC 0038). When an account's balance has come to its threshold, it is lowered
/// and the engine is asked to pay, under one key and until it says yes, over restarts too; what the engine has received
/// is credited once.
/// </summary>
public sealed partial class Settlements : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan MessagePatience = TimeSpan.FromSeconds(30);

    private readonly ISettlementStore _store;
    private readonly IBalanceStore _balances;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Settled> _accounts = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();

    /// <summary>Settles the balances of one store, which <see cref="InMemoryBalanceStore"/> and
    /// <see cref="Balances.Journal.JournalBalanceStore"/> are made for.</summary>
    /// <exception cref="ArgumentException">The store cannot settle.</exception>
    public Settlements(
        IBalanceStore balances, HttpClient http, TimeProvider? time = null, ILogger<Settlements>? logger = null)
    {
        _store = balances as ISettlementStore
            ?? throw new ArgumentException("The store keeps no settlements.", nameof(balances));
        (_balances, _http, _time) = (balances, http, time ?? TimeProvider.System);
        _logger = logger ?? NullLogger<Settlements>.Instance;
    }

    /// <summary>
    /// Credits what an engine has received from an account; null for an account without settlement. The engine may say
    /// so as often as it likes.
    /// </summary>
    public async ValueTask<SettlementCredit?> CreditAsync(string account, string key, SettlementQuantity quantity)
    {
        if (!_accounts.TryGetValue(account, out var settled))
            return null;
        var result = await _store.CreditSettlementAsync(
            new IncomingSettlement(key, account, quantity, settled.Account.Config.Asset.Scale));
        if (result == SettlementCredit.Credited)
            LogCredited(account, $"{quantity.Amount}", quantity.Scale, key);
        return result;
    }

    /// <summary>
    /// Passes a message of our engine on to the account's, and returns its answer (RFC 0038, section "Exchanging
    /// messages"); null for an account without settlement.
    /// </summary>
    public async ValueTask<IlpReply?> SendMessageAsync(
        string account, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (!_accounts.TryGetValue(account, out var settled))
            return null;
        var packet = IlpPrepare.Create(
            0, _time.GetUtcNow() + MessagePatience, IldcpRequest.Condition, IlpAddress.Parse("peer.settle"), message.Span);
        return await settled.Account.Link.SendAsync(packet, cancellationToken);
    }

    /// <summary>Stops asking engines. What was begun goes on with the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running.Keys);
        _stop.Dispose();
    }

    internal void Add(AccountState account)
    {
        if (account.Config.Settlement is not { } config)
            return;
        var settled = new Settled(account, config, new SettlementEngineClient(_http, config.Engine));
        _accounts[account.Id] = settled;
        Run(account.Id, () => UntilDoneAsync(
            account.Id, () => settled.Engine.CreateAccountAsync(account.Id, _stop.Token)));
        foreach (var pending in _store.PendingSettlements.Where(pending => pending.Account == account.Id))
            Run(account.Id, () => PayAsync(settled, pending));
        Check(account);
    }

    internal void Remove(AccountState account, bool forGood)
    {
        if (_accounts.TryRemove(account.Id, out var settled) && forGood)
        {
            Run(account.Id, () => UntilDoneAsync(
                account.Id, () => settled.Engine.DeleteAccountAsync(account.Id, _stop.Token)));
        }
    }

    /// <summary>Pays the account if its balance has come to the threshold; costs next to nothing if not.</summary>
    internal void Check(AccountState account)
    {
        if (account.Config.Settlement?.Threshold is { } threshold && _balances.GetBalance(account.Id) >= threshold
            && _accounts.TryGetValue(account.Id, out var settled) && settled.TryBegin())
            Run(account.Id, () => SettleAsync(settled, threshold));
    }

    internal Task<EngineAnswer> HandleMessageAsync(AccountState account, ReadOnlyMemory<byte> message) =>
        _accounts.TryGetValue(account.Id, out var settled)
            ? settled.Engine.SendMessageAsync(account.Id, message, _stop.Token)
            : Task.FromResult<EngineAnswer>(default);

    private async Task SettleAsync(Settled settled, Int128 threshold)
    {
        OutgoingSettlement? settlement;
        try
        {
            settlement = await _store.BeginSettlementAsync(
                settled.Account.Id, threshold, settled.Config.SettleTo, settled.Account.Config.Asset.Scale);
        }
        finally
        {
            settled.End();
        }

        if (settlement is null)
            return;
        LogBegun(settlement.Account, $"{settlement.Quantity.Amount}", settlement.Quantity.Scale, settlement.Key);
        Check(settled.Account); // for what has come meanwhile
        await PayAsync(settled, settlement);
    }

    private async Task PayAsync(Settled settled, OutgoingSettlement settlement)
    {
        await UntilDoneAsync(settlement.Account, () => settled.Engine.SettleAsync(settlement, _stop.Token));
        await _store.CompleteSettlementAsync(settlement);
    }

    // RFC 0038, section "Retry behavior": for ever, with growing pauses of random length.
    private async Task UntilDoneAsync(string account, Func<Task<EngineAnswer>> ask)
    {
        var pause = FirstPause;
        while (true)
        {
            var answer = await ask();
            if (answer.IsSuccess)
                return;
            LogEngine(account, answer.Status?.ToString() ?? "no answer");
            var percent = RandomNumberGenerator.GetInt32(50, 101);
            await Task.Delay(pause * percent / 100, _time, _stop.Token);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Run(string account, Func<Task> work)
    {
        var task = RunAsync(account, work);
        _running[task] = 0;
        _ = task.ContinueWith(
            ended => _running.TryRemove(ended, out _), CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task RunAsync(string account, Func<Task> work)
    {
        await Task.Yield();
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It goes on with the next start.
        }
        catch (Exception e)
        {
            LogFailed(e, account);
        }
    }

    private sealed class Settled(AccountState account, SettlementConfig config, SettlementEngineClient engine)
    {
        private int _isBusy;

        public AccountState Account { get; } = account;

        public SettlementConfig Config { get; } = config;

        public SettlementEngineClient Engine { get; } = engine;

        public bool TryBegin() => Interlocked.Exchange(ref _isBusy, 1) == 0;

        public void End() => Volatile.Write(ref _isBusy, 0);
    }
}
