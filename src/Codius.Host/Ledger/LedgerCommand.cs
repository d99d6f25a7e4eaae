using Codius.Storage.Sqlite;

namespace Codius.Host.Ledger;

/// <summary>
/// <c>codiusd ledger</c> shows the books and verifies them, <c>codiusd backup</c> copies the store. Both work beside a
/// running host, and on a copy of a store that <c>--store</c> names.
/// </summary>
internal static class LedgerCommand
{
    public const string Ledger = "ledger";
    public const string Backup = "backup";

    private const int UsageError = 64; // EX_USAGE of sysexits.h

    private const string Usage = """
        codiusd ledger [print|export|verify|earnings] [--store FILE] [--format csv|json]
                       [--from TIME] [--to TIME] [--asset XRP/9] [--pod HASH]
        codiusd backup FILE [--store FILE]
        Times are in UTC: 2026-11-25 or 2026-11-25T12:00:00Z. The settings of the host may follow.
        """;

    /// <summary>Exit code 0, or 1 when the books are wrong or cannot be read, or 64 for wrong arguments.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        if (!LedgerArguments.TryRead(args[1..], out var arguments, out var problem))
            return await RefuseAsync($"{problem}\n{Usage}", UsageError);
        try
        {
            if (args[0] == Backup)
                return await BackUpAsync(arguments, output, cancellationToken);
            await using var ledger = await SqliteLedger.OpenAsync(arguments.Store, cancellationToken);
            return arguments.Action switch
            {
                "print" => LedgerText.Print(ledger, arguments.Filter, output),
                "earnings" => LedgerText.PrintEarnings(ledger, arguments, output),
                "export" when arguments.Format == "csv" => LedgerCsv.Export(ledger, arguments.Filter, output),
                "export" => LedgerJson.Export(ledger, arguments.Filter, output),
                "verify" => Verify(ledger, output),
                _ => await RefuseAsync($"{arguments.Action} is not understood\n{Usage}", UsageError),
            };
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return await RefuseAsync(e.Message, 1);
        }
    }

    private static int Verify(SqliteLedger ledger, TextWriter output)
    {
        var problems = ledger.Verify();
        foreach (var problem in problems)
            output.WriteLine(problem);
        foreach (var balances in ledger.ReadBalances())
            output.WriteLine(LedgerText.Describe(balances));
        output.WriteLine(problems.Count == 0 ? "the books are right" : $"{problems.Count} things do not fit");
        return problems.Count == 0 ? 0 : 1;
    }

    private static async Task<int> BackUpAsync(
        LedgerArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        if (arguments.Action == "print")
            return await RefuseAsync($"name the file that is to be written\n{Usage}", UsageError);
        await SqliteLedger.BackUpAsync(
            arguments.Store, arguments.Action, TimeProvider.System.GetUtcNow(), cancellationToken);
        await output.WriteLineAsync($"{arguments.Store} is copied to {arguments.Action}");
        return 0;
    }

    private static async Task<int> RefuseAsync(string why, int code)
    {
        await Console.Error.WriteLineAsync("codiusd: " + why);
        return code;
    }
}
