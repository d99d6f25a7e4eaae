using Interledger.Connector.Settlement;

namespace Interledger.Connector.Balances.Journal;

/// <summary>
/// Balances that survive: an append-only journal of what was fulfilled, in a directory that one process has at a time.
/// <list type="bullet">
/// <item>A commit completes when the operating system has it. The end of the process, by kill -9 too, loses nothing
/// that was fulfilled; both sides of a packet are one record, so no sum is ever off.</item>
/// <item>The disk is made to keep it at <see cref="JournalBalanceStoreOptions.SyncInterval"/>. A power loss takes the
/// balances back to an earlier moment, at most that long (and one sync) before.</item>
/// <item>A commit with <see cref="BalanceTransfer.WaitsForDisk"/> completes when the disk has it; it shares the sync
/// with all others that wait at that moment. Nothing of it is ever lost.</item>
/// <item>Reservations are not kept: packets that were under way at a crash are void. Nobody is credited for one, and
/// who sent it has his money; if the next hop had fulfilled it already, that hop's claim is the connector's loss, as it
/// is whenever a connector cannot pass a fulfilment on (RFC 0027).</item>
/// <item>When the journal cannot be written, nothing moves any more until the store is opened again: reservations are
/// refused and commits fail.</item>
/// </list>
/// </summary>
public sealed partial class JournalBalanceStore : IBalanceStore, ISettlementStore, IAsyncDisposable
{
    private readonly JournalBalanceStoreOptions _options;
    private readonly JournalDirectory _directory;
    private readonly TimeProvider _time;

    // Guards the book, the pending batch and all the fields below that are not the writer's alone.
    private readonly Lock _lock = new();
    private readonly BalanceBook _book;
    private bool _closed;
    private Exception? _fault;

    private JournalBalanceStore(
        JournalBalanceStoreOptions options, JournalDirectory directory, BalanceBook book, long nextFrame, TimeProvider time)
    {
        (_options, _directory, _book, _nextFrame, _time) = (options, directory, book, nextFrame, time);
        _generation = directory.Generations().LastOrDefault();
        _journal = BeginJournal(Summarize());
        _directory.KeepOnly(_generation);
        _syncThread = new Thread(SyncUntilClosed) { IsBackground = true, Name = "balances: sync" };
        _syncThread.Start();
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<OutgoingSettlement> PendingSettlements
    {
        get
        {
            lock (_lock)
                return _book.Pending;
        }
    }

    /// <summary>Opens the store of a directory, or begins a new one, and makes it this process's own.</summary>
    /// <exception cref="BalanceJournalException">Another process has it, or it is damaged.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static JournalBalanceStore Open(JournalBalanceStoreOptions options, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.SyncInterval, TimeSpan.Zero);
        var directory = JournalDirectory.Open(options.Directory);
        try
        {
            var book = new BalanceBook();
            var nextFrame = directory.Generations() is [.., var last]
                ? JournalReader.Read(directory.PathOf(last), book)
                : 1;
            return new JournalBalanceStore(options, directory, book, nextFrame, time ?? TimeProvider.System);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ReservationResult TryReserve(in BalanceTransfer transfer)
    {
        lock (_lock)
        {
            return _fault is null && !_closed ? _book.TryReserve(transfer) : ReservationResult.Unavailable;
        }
    }

    /// <inheritdoc/>
    public void Release(in BalanceTransfer transfer)
    {
        lock (_lock)
            _book.Release(transfer);
    }

    /// <inheritdoc/>
    public Int128 GetBalance(string account)
    {
        lock (_lock)
            return _book.GetBalance(account);
    }

    /// <summary>Waits for what is being written, makes the disk keep it, and gives the directory free.</summary>
    public async ValueTask DisposeAsync()
    {
        Task written;
        lock (_lock)
        {
            if (_closed)
                return;
            _closed = true;
            written = _leads ? _idle.Task : Task.CompletedTask;
        }

        await written;
        _hurry.Set();
        _syncThread.Join();
        _journal.Dispose();
        _directory.Dispose();
    }

    internal void FailWritesForTest() => _journal.Dispose();

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_fault is not null)
            throw new BalanceJournalException("The journal of balances could not be written, so nothing may move.", _fault);
    }
}
