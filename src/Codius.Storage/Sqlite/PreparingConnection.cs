using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

/// <summary>
/// A connection that keeps the statements that it has prepared: to compile one takes longer than to run it. There are
/// as many as there are texts in this project. For one caller at a time, as every connection.
/// </summary>
internal sealed class PreparingConnection(string connectionString) : SqliteConnection(connectionString)
{
    private readonly Dictionary<string, SqliteCommand> _prepared = [];

    /// <summary>A command with this text that nobody else uses.</summary>
    public SqliteCommand Take(string text)
    {
        if (_prepared.Remove(text, out var command))
            return command;
        command = CreateCommand();
        command.CommandText = text;
        return command;
    }

    /// <summary>Keeps a command for the next one who needs it.</summary>
    public void Return(SqliteCommand command)
    {
        command.Parameters.Clear();
        command.Transaction = null;
        if (!_prepared.TryAdd(command.CommandText, command))
            command.Dispose();
    }

    protected override DbCommand CreateDbCommand() => new PreparedCommand(this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var command in _prepared.Values)
                command.Dispose();
            _prepared.Clear();
        }

        base.Dispose(disposing);
    }
}
