using System.Globalization;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

/// <summary>Brings a store up to date by the numbered scripts in Sql/, each once and each in a transaction.</summary>
internal sealed class Migrations(SqliteConnection connection)
{
    private const string Prefix = "Codius.Storage.Sql.";

    /// <summary>The schema of a store that is up to date.</summary>
    public static int Newest => Scripts()[^1].Number;

    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        var version = await connection.ExecuteScalarAsync<int>("pragma user_version");
        var scripts = Scripts();
        if (version > Newest)
        {
            throw new InvalidOperationException(
                $"The store has schema {version}, newer than this program's {Newest}. Run the newer program.");
        }

        foreach (var (number, resource) in scripts.Where(script => script.Number > version))
            await ApplyAsync(number, resource, cancellationToken);
    }

    private static List<(int Number, string Resource)> Scripts() =>
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => (Number: int.Parse(name.AsSpan(Prefix.Length, 3), CultureInfo.InvariantCulture), name))
            .OrderBy(script => script.Number)];

    private async Task ApplyAsync(int number, string resource, CancellationToken cancellationToken)
    {
        await using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        var script = await reader.ReadToEndAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(script, transaction: transaction);
        await connection.ExecuteAsync(
            string.Create(CultureInfo.InvariantCulture, $"pragma user_version = {number}"), transaction: transaction);
        await transaction.CommitAsync(cancellationToken);
    }
}
