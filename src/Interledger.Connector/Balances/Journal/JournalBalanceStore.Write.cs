using Interledger.Connector.Settlement;

namespace Interledger.Connector.Balances.Journal;

// One thread at a time leads: it takes all that others have added meanwhile and writes it at once. Whoever finds nobody
// leading writes his own entry himself and goes on, which costs no switch of threads; the others wait for the batch.
public sealed partial class JournalBalanceStore
{
    private const int LargestSummaryFrame = 1 << 20;

    // The leader's alone.
    private readonly Lock _fileLock = new();
    private JournalFile _journal;
    private long _generation;
    private long _nextFrame;

    private JournalBatch _pending = new();
    private JournalBatch _spare = new();
    private int _named;
    private bool _leads;
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public ValueTask CommitAsync(BalanceTransfer transfer)
    {
        Turn turn;
        lock (_lock)
        {
            ThrowIfUnusable();
            _book.Release(transfer);
            var entry = new TransferEntry(
                NumberOf(transfer.From), transfer.AmountIn, NumberOf(transfer.To), transfer.AmountOut);
            _book.Apply(entry);
            BalanceEntryCodec.Write(_pending, entry);
            turn = Join();
        }

        return FinishAsync(turn, transfer.WaitsForDisk);
    }

    /// <inheritdoc/>
    public async ValueTask<SettlementCredit> CreditSettlementAsync(IncomingSettlement settlement)
    {
        SettlementCredit result;
        Turn turn;
        lock (_lock)
        {
            ThrowIfUnusable();
            if (_book.Receive(settlement, _time.GetUtcNow(), out result) is not { } received)
                return result;
            turn = Record(received, settlement.Account);
        }

        await FinishAsync(turn, waitsForDisk: true);
        return result;
    }

    /// <inheritdoc/>
    public async ValueTask<OutgoingSettlement?> BeginSettlementAsync(
        string account, Int128 threshold, Int128 settleTo, byte assetScale)
    {
        OutgoingSettlement settlement;
        Turn turn;
        lock (_lock)
        {
            ThrowIfUnusable();
            if (_book.BeginSettlement(account, threshold, settleTo, assetScale) is not { } begun)
                return null;
            turn = Record(begun, account);
            settlement = _book.PendingBy(begun.Key);
        }

        await FinishAsync(turn, waitsForDisk: true);
        return settlement;
    }

    /// <inheritdoc/>
    public ValueTask CompleteSettlementAsync(OutgoingSettlement settlement)
    {
        Turn turn;
        lock (_lock)
        {
            ThrowIfUnusable();
            turn = Record(
                new SettlementCompleted(_book.Of(settlement.Account).Index, settlement.Key), settlement.Account);
        }

        return FinishAsync(turn, waitsForDisk: false);
    }

    private Turn Record(BalanceEntry entry, string account)
    {
        NumberOf(account);
        _book.Apply(entry);
        BalanceEntryCodec.Write(_pending, entry);
        return Join();
    }

    private int NumberOf(string name)
    {
        // Accounts are numbered as they are first heard of, and the journal names them in the same order.
        var account = _book.Of(name);
        for (; _named <= account.Index; _named++)
            BalanceEntryCodec.Write(_pending, new AccountNamed(_named, _book.Accounts[_named].Name));
        return account.Index;
    }

    // Whether it is one's own turn to write; else what to wait for.
    private Turn Join()
    {
        if (_leads)
            return new Turn(_pending.Written);
        _leads = true;
        return default;
    }

    private ValueTask FinishAsync(Turn turn, bool waitsForDisk)
    {
        if (turn.Written is not { } written)
        {
            WriteOwn();
            return waitsForDisk ? new ValueTask(WhenOnDisk()) : ValueTask.CompletedTask;
        }

        return waitsForDisk ? WaitForDiskAsync(written) : new ValueTask(written);
    }

    private async ValueTask WaitForDiskAsync(Task written)
    {
        await written;
        await WhenOnDisk();
    }

    private void WriteOwn()
    {
        var fault = WritePending();
        Retire();
        if (fault is not null)
            throw new BalanceJournalException("The journal of balances could not be written.", fault);
    }

    // A leader with a packet of his own writes once, and leaves what came meanwhile to the pool.
    private void Retire()
    {
        if (!TryRetire())
            ThreadPool.UnsafeQueueUserWorkItem(static store => store.Lead(), this, preferLocal: false);
    }

    private void Lead()
    {
        do
        {
            if (IsLarge)
                Compact();
            else
                WritePending();
        }
        while (!TryRetire());
    }

    private bool TryRetire()
    {
        lock (_lock)
        {
            // A closed store sums nothing up: the mark that closing leaves may come when nobody waits for a leader any
            // more, and whoever opens the directory next begins with a summary anyway.
            if (_fault is null && (!_pending.IsEmpty || (IsLarge && !_closed)))
                return false;
            _leads = false;
            if (_closed)
                _idle.TrySetResult();
            return true;
        }
    }

    private Exception? WritePending()
    {
        JournalBatch batch;
        lock (_lock)
            batch = TakePending();
        return Write(batch);
    }

    private JournalBatch TakePending()
    {
        var batch = _pending;
        _pending = _spare;
        return batch;
    }

    private Exception? Write(JournalBatch batch)
    {
        Exception? fault = null;
        try
        {
            if (!batch.IsEmpty)
            {
                _journal.Append(batch.Seal(_nextFrame, Volatile.Read(ref _onDisk)).Span);
                Raise(ref _written, _nextFrame++);
            }
        }
        catch (Exception e)
        {
            fault = e;
            Fail(e);
        }

        batch.Complete(fault);
        _spare = batch;
        return fault;
    }

    // The summary is of the moment at which the pending entries were taken: they are in it, and all later ones come
    // after it in the new journal.
    private void Compact()
    {
        JournalBatch batch;
        IReadOnlyList<JournalBatch> summary;
        lock (_lock)
        {
            batch = TakePending();
            summary = Summarize();
        }

        if (Write(batch) is not null)
            return;
        try
        {
            var old = _journal;
            var next = BeginJournal(summary);
            lock (_fileLock)
                _journal = next;
            Raise(ref _onDisk, _nextFrame - 1);
            old.Delete();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private JournalFile BeginJournal(IReadOnlyList<JournalBatch> summary)
    {
        var first = _nextFrame;
        var frames = summary.Select((batch, i) => batch.Seal(first + i, first - 1).ToArray()).ToArray();
        var journal = JournalFile.Create(_directory, ++_generation, first, frames);
        _nextFrame += frames.Length;
        return journal;
    }

    private bool IsLarge =>
        _journal.Length - _journal.SummaryLength > Math.Max(_options.CompactAfter, _journal.SummaryLength);

    private List<JournalBatch> Summarize()
    {
        List<JournalBatch> frames = [new()];
        foreach (var entry in _book.Summarize(_time.GetUtcNow()))
        {
            if (frames[^1].Length > LargestSummaryFrame)
                frames.Add(new JournalBatch());
            BalanceEntryCodec.Write(frames[^1], entry);
        }

        _named = _book.Accounts.Count;
        return frames;
    }

    private void Fail(Exception fault)
    {
        lock (_lock)
        {
            _fault ??= fault;
            _pending.Complete(fault);
            _round.TrySetException(fault);
        }
    }

    private readonly record struct Turn(Task? Written);
}
