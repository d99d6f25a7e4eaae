using System.Globalization;
using System.Threading.Channels;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

/// <summary>
/// One SQLite file with one writer. Changes that are asked for at the same time share a transaction, and so one
/// flush to the disk: a change's task ends when that flush has ended. Readers have connections of their own.
/// </summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    private const int MostInOneTransaction = 256;

    private readonly string _connectionString;
    private readonly Channel<Change> _changes = Channel.CreateBounded<Change>(1024);
    private SqliteConnection? _writer;
    private Task _writing = Task.CompletedTask;

    public SqliteDatabase(string path)
    {
        SqliteLibrary.EnsureBound();
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = true }.ToString();
    }

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _writer = await ConnectAsync(cancellationToken);
        await _writer.ExecuteAsync("pragma journal_mode = wal");
        await new Migrations(_writer).ApplyAsync(cancellationToken);
        _writing = Task.Run(WriteAsync, CancellationToken.None);
    }

    /// <summary>Makes a change; when the task has ended, it is on the disk.</summary>
    public async Task<T> ChangeAsync<T>(Func<SqliteConnection, T> change, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _changes.Writer.WriteAsync(new Change(connection => change(connection), done), cancellationToken);
        return (T)(await done.Task)!;
    }

    public async Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        return await read(connection);
    }

    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _writing;
        if (_writer is not null)
            await _writer.DisposeAsync();
        SqliteConnection.ClearPool(new SqliteConnection(_connectionString));
    }

    private async Task<SqliteConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        // FULL: a commit survives a power cut, which is what "durable" means to the money that depends on it.
        await connection.ExecuteAsync("pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 5000");
        return connection;
    }

    private async Task WriteAsync()
    {
        var batch = new List<Change>();
        while (await _changes.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MostInOneTransaction && _changes.Reader.TryRead(out var change))
                batch.Add(change);
            WriteBatch(batch);
        }
    }

    // Each change stands in a savepoint of its own, so that one that fails takes nothing of its neighbours with it.
    private void WriteBatch(List<Change> batch)
    {
        try
        {
            using var transaction = _writer!.BeginTransaction();
            foreach (var change in batch)
                change.Run(_writer);
            transaction.Commit();
        }
        catch (SqliteException e)
        {
            foreach (var change in batch)
                change.Fail(e);
            return;
        }

        foreach (var change in batch)
            change.Complete();
    }

    private sealed class Change(Func<SqliteConnection, object?> apply, TaskCompletionSource<object?> done)
    {
        private object? _result;
        private Exception? _error;

        public void Run(SqliteConnection connection)
        {
            connection.Execute("savepoint change");
            try
            {
                _result = apply(connection);
            }
            catch (Exception e) // whatever a change throws belongs to whoever asked for it
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
