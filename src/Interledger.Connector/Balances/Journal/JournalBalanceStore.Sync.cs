namespace Interledger.Connector.Balances.Journal;

// Group commit: one thread makes the disk keep what was written, at intervals, or at once when somebody waits for it.
// All who come while the disk is busy share the next round.
public sealed partial class JournalBalanceStore
{
    private readonly Thread _syncThread;
    private readonly AutoResetEvent _hurry = new(false);
    private readonly JournalBatch _mark = new();
    private TaskCompletionSource _round = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _roundIsWaitedFor;

    // The last frames with entries that were written, and that the disk has.
    private long _written;
    private long _onDisk;

    // Only for frames that are written already.
    private Task WhenOnDisk()
    {
        lock (_lock)
        {
            if (_fault is not null)
                return Task.FromException(_fault);
            if (_written <= _onDisk)
                return Task.CompletedTask;
            _roundIsWaitedFor = true;
            _hurry.Set();
            return _round.Task;
        }
    }

    private void SyncUntilClosed()
    {
        bool closed;
        do
        {
            _hurry.WaitOne(_options.SyncInterval);
            lock (_lock)
                closed = _closed && !_leads;
            Sync();
        }
        while (!closed);
        _round.TrySetResult();
    }

    private void Sync()
    {
        long written;
        TaskCompletionSource round;
        lock (_lock)
        {
            written = _written;
            if (_fault is not null || (written <= _onDisk && !_roundIsWaitedFor))
                return;
            round = _round;
            _round = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _roundIsWaitedFor = false;
        }

        try
        {
            lock (_fileLock)
                _journal.Sync();
            Raise(ref _onDisk, written);
            round.SetResult();
            LeaveMark();
        }
        catch (Exception e)
        {
            round.TrySetException(e);
            Fail(e);
        }
    }

    // Says in the journal that all before it had reached the disk, so that later damage to that is not taken for the
    // tail of a crash. Under load the next frame says so anyway.
    private void LeaveMark()
    {
        lock (_lock)
        {
            if (_leads || _fault is not null)
                return;
            _leads = true;
        }

        try
        {
            _journal.Append(_mark.Seal(_nextFrame, _onDisk).Span);
            _nextFrame++;
        }
        finally
        {
            Retire();
        }
    }

    private void Raise(ref long last, long number)
    {
        lock (_lock)
            last = Math.Max(last, number);
    }
}
