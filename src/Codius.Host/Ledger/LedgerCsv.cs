using System.Globalization;
using Codius.Core.Ledger;
using Codius.Storage.Sqlite;

namespace Codius.Host.Ledger;

/// <summary>The journal as RFC 4180 has it, one line a posting, so that the amounts of a number make up zero.</summary>
internal static class LedgerCsv
{
    private const string LineEnd = "\r\n";

    public static int Export(SqliteLedger ledger, LedgerFilter filter, TextWriter output)
    {
        output.Write("number,time,asset,account,amount,pod,subject,key,reason" + LineEnd);
        foreach (var (number, entry) in ledger.ReadEntries(filter))
        {
            foreach (var (account, amount) in entry.Postings)
            {
                output.Write(string.Join(
                    ',',
                    number.ToString(CultureInfo.InvariantCulture),
                    LedgerText.Time(entry.At),
                    Quote(entry.Asset.ToString()),
                    account,
                    amount.ToString(CultureInfo.InvariantCulture),
                    entry.Pod?.Value,
                    Quote(entry.Subject),
                    Quote(entry.Key),
                    Quote(entry.Reason)) + LineEnd);
            }
        }

        return 0;
    }

    private static string Quote(string text) => text.AsSpan().ContainsAny(",\"\r\n")
        ? '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"'
        : text;
}
