using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Codius.Storage.Sqlite;

/// <summary>
/// One SQLite file with one writer. Changes that are asked for at the same time share a transaction, and so one
/// flush to the disk: a change's task ends when that flush has ended. Readers have connections of their own.
/// A lock file beside it keeps other processes out, and is free again however this one ends.
/// </summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    private const int MostInOneTransaction = 256;

    private readonly string _path;
    private readonly string _connectionString;
    private readonly Channel<Change> _changes = Channel.CreateBounded<Change>(1024);
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private FileStream? _lock;
    private SqliteConnection? _writer;
    private Task _writing = Task.CompletedTask;
    private volatile bool _isDisposed;

    public SqliteDatabase(string path)
    {
        SqliteLibrary.EnsureBound();
        _path = path;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = true }.ToString();
    }

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _lock = new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            _writer = await ConnectAsync(cancellationToken);
            await _writer.ExecuteAsync("pragma journal_mode = wal");
            // Moving the log into the file makes whoever's change is next wait for the disk several times. Done a
            // fourth as often, with up to 16 MiB of log, it moves a page that was changed many times only once.
            await _writer.ExecuteAsync("pragma wal_autocheckpoint = 4000");
            await new Migrations(_writer).ApplyAsync(cancellationToken);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT)
        {
            throw new InvalidDataException($"{_path} is not a store, or a damaged one. {e.Message}", e);
        }

        _writing = Task.Run(() => WriteAsync(_writer), CancellationToken.None);
    }

    /// <summary>
    /// Makes a change; when the task has ended, it is on the disk. Cancelling is possible until the change is in the
    /// queue: what may have happened is always waited for.
    /// </summary>
    public async Task<T> ChangeAsync<T>(Func<SqliteConnection, T> change, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _changes.Writer.WriteAsync(new Change(connection => change(connection), done), cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            throw new ObjectDisposedException("The store is closed.", e);
        }

        return (T)(await done.Task)!;
    }

    public async Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_readers.TryTake(out var reader))
            reader = await ConnectAsync(cancellationToken);
        try
        {
            return await read(reader);
        }
        finally
        {
            _readers.Add(reader);
            if (_isDisposed)
                await DisposeReadersAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _changes.Writer.TryComplete();
        await _writing;
        if (_writer is not null)
            await _writer.DisposeAsync();
        await DisposeReadersAsync();
        await using (var any = new SqliteConnection(_connectionString))
            SqliteConnection.ClearPool(any);
        if (_lock is not null)
            await _lock.DisposeAsync();
    }

    private async Task DisposeReadersAsync()
    {
        while (_readers.TryTake(out var reader))
            await reader.DisposeAsync();
    }

    private async Task<SqliteConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new PreparingConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            // FULL: a commit survives a power cut, which is what "durable" means to the money that depends on it.
            // SECURE_DELETE: what is deleted is overwritten too, for the private values of pods that have ended.
            await connection.ExecuteAsync("pragma synchronous = full; pragma secure_delete = on; "
                + "pragma foreign_keys = on; pragma busy_timeout = 5000");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task WriteAsync(SqliteConnection writer)
    {
        var batch = new List<Change>();
        while (await _changes.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MostInOneTransaction && _changes.Reader.TryRead(out var change))
                batch.Add(change);
            WriteBatch(writer, batch);
        }
    }

    // Each change stands in a savepoint of its own, so that one that fails takes nothing of its neighbours with it. One
    // that has none needs no savepoint, for which every page is copied, to a file even, before it is changed.
    // The transaction is written out: the driver's own is unusable after a commit that failed.
    private static void WriteBatch(SqliteConnection writer, List<Change> batch)
    {
        try
        {
            writer.Execute("begin immediate");
            if (batch is [var only])
                only.Run(writer);
            else
                batch.ForEach(change => change.RunAside(writer));
            writer.Execute("commit");
        }
        catch (Exception e) // nothing of the batch stands, and the next one is to find the writer alive
        {
            RollBack(writer);
            foreach (var change in batch)
                change.Fail(e);
            return;
        }

        foreach (var change in batch)
            change.Complete();
    }

    private static void RollBack(SqliteConnection writer)
    {
        try
        {
            if (IsInTransaction(writer))
                writer.Execute("rollback");
        }
        catch (SqliteException)
        {
            // Then the next batch cannot begin, and its callers are told why.
        }
    }

    // SQLite ends a transaction by itself on some errors, such as a full disk, and not on others.
    private static bool IsInTransaction(SqliteConnection connection) =>
        raw.sqlite3_get_autocommit(connection.Handle) == 0;

    private sealed class Change(Func<SqliteConnection, object?> apply, TaskCompletionSource<object?> done)
    {
        private object? _result;
        private Exception? _error;

        public void Run(SqliteConnection connection) => _result = apply(connection);

        public void RunAside(SqliteConnection connection)
        {
            connection.Execute("savepoint change");
            try
            {
                Run(connection);
            }
            catch (Exception e) when (IsInTransaction(connection)) // it belongs to whoever asked for the change
            {
                _error = e;
                connection.Execute("rollback to change");
            }

            connection.Execute("release change");
        }

        public void Complete()
        {
            if (_error is null)
                done.TrySetResult(_result);
            else
                done.TrySetException(_error);
        }

        public void Fail(Exception e) => done.TrySetException(e);
    }
}
