using Codius.Core.Leases;
using Codius.Host.Uplink;
using Interledger.Ildcp;

namespace Codius.Host.Payments;

/// <summary>
/// Follows the fulfilments of money that is in the journal until the uplink's other side is known to have them: it has
/// when it answers a question that was sent after them over the same connection. What is not confirmed when a
/// connection is lost, and what was taken and could not be fulfilled any more, is in doubt in the journal.
/// </summary>
internal sealed partial class Acceptances(
    IUplink uplink, IHostStore store, TimeProvider time, ILogger<Acceptances> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<Acceptance> _open = [];

    // Noted a moment before the answer is written: the question of the next turn is surely behind it.
    private readonly List<Acceptance> _fresh = [];
    private int _connection;

    /// <summary>Another one after each loss of the uplink.</summary>
    public int Connection => Volatile.Read(ref _connection);

    /// <summary>A packet that came over a connection, and is in the journal, has been answered.</summary>
    public void Note(string packetKey, int connection, bool isAnswered)
    {
        lock (_lock)
            _fresh.Add(new Acceptance(packetKey, isAnswered ? connection : null));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        uplink.Changed -= OnChanged;
        using var limit = new CancellationTokenSource(LongestGoodbye, time);
        TakeOpen();
        await TrySettleAsync(limit.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        uplink.Changed += OnChanged;
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TrySettleAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is open now is settled by the stop.
        }
    }

    private void OnChanged(object? sender, EventArgs e)
    {
        if (!uplink.IsReady)
            Interlocked.Increment(ref _connection);
    }

    private async Task TrySettleAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SettleAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The uplink was lost before it answered, or there is no more time: they stay open, in the store too.
        }
        catch (Exception e)
        {
            // A full disk, for example: the same.
            LogNotSettled(log, e);
        }
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var open = TakeOpen();
        if (open.Count == 0)
            return;
        var connection = Connection;
        var isAlive = open.Any(acceptance => acceptance.Connection == connection)
            && (await new IldcpClient(time).FetchAsync(uplink.Link, cancellationToken)).Info is not null
            && connection == Connection;
        var confirmed = isAlive ? open.Where(acceptance => acceptance.Connection == connection).ToList() : [];
        if (confirmed.Count > 0)
            await store.ConfirmAcceptancesAsync([.. confirmed.Select(acceptance => acceptance.Key)], default);
        Forget(confirmed);
        await DoubtAsync(
            open.Where(acceptance => acceptance.Connection is null),
            "in doubt: it could not be fulfilled in time after it was written down");
        await DoubtAsync(
            open.Where(acceptance => acceptance.Connection is { } old && old != Connection).Except(confirmed),
            "in doubt: the uplink was lost after it was written down");
    }

    // Those that were open already; the fresh ones are from now on.
    private List<Acceptance> TakeOpen()
    {
        lock (_lock)
        {
            List<Acceptance> open = [.. _open];
            _open.AddRange(_fresh);
            _fresh.Clear();
            return open;
        }
    }

    private async Task DoubtAsync(IEnumerable<Acceptance> acceptances, string reason)
    {
        var doubted = acceptances.ToList();
        if (doubted.Count == 0)
            return;
        var count = await store.DoubtAcceptancesAsync(
            [.. doubted.Select(acceptance => acceptance.Key)], reason, time.GetUtcNow(), default);
        Forget(doubted);
        LogInDoubt(log, count, reason);
    }

    private void Forget(List<Acceptance> acceptances)
    {
        lock (_lock)
            acceptances.ForEach(acceptance => _open.Remove(acceptance));
    }

    [LoggerMessage(LogLevel.Warning, "Of {Count} packets it is not known whether they were received: {Reason}")]
    private static partial void LogInDoubt(ILogger log, int count, string reason);

    [LoggerMessage(LogLevel.Error, "What was received could not be confirmed in the store; it is tried again")]
    private static partial void LogNotSettled(ILogger log, Exception error);

    /// <summary>Without a connection when it was not fulfilled at all.</summary>
    private sealed record Acceptance(string Key, int? Connection);
}
