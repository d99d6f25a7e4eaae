using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Codius.Core.Ledger;
using Codius.Storage.Sqlite;

namespace Codius.Host.Ledger;

/// <summary>The books as one JSON object. Amounts are strings: 64 bits do not fit a JavaScript number.</summary>
internal static class LedgerJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static int Export(SqliteLedger ledger, LedgerFilter filter, TextWriter output)
    {
        using var buffer = new MemoryStream();
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteStartArray("entries");
        foreach (var line in ledger.ReadEntries(filter))
        {
            Write(json, line);
            Pass(json, buffer, output);
        }

        json.WriteEndArray();
        json.WriteStartArray("podChanges");
        foreach (var change in ledger.ReadPodChanges(filter))
        {
            Write(json, change);
            Pass(json, buffer, output);
        }

        json.WriteEndArray();
        json.WriteStartArray("balances");
        foreach (var balances in ledger.ReadBalances())
            Write(json, balances);
        json.WriteEndArray();
        json.WriteEndObject();
        Pass(json, buffer, output);
        output.WriteLine();
        return 0;
    }

    private static void Write(Utf8JsonWriter json, LedgerLine line)
    {
        var entry = line.Entry;
        json.WriteStartObject();
        json.WriteNumber("number", line.Number);
        json.WriteString("time", LedgerText.Time(entry.At));
        json.WriteString("asset", entry.Asset.ToString());
        json.WriteStartArray("postings");
        foreach (var (account, amount) in entry.Postings)
        {
            json.WriteStartObject();
            json.WriteString("account", Name(account));
            WriteAmount(json, "amount", amount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("pod", entry.Pod?.Value);
        json.WriteString("subject", entry.Subject);
        json.WriteString("key", entry.Key);
        json.WriteString("reason", entry.Reason);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PodChange change)
    {
        json.WriteStartObject();
        json.WriteString("time", LedgerText.Time(change.At));
        json.WriteString("pod", change.Pod.Value);
        json.WriteString("attempt", change.PodId);
        json.WriteString("from", change.From.ToLowerInvariant());
        json.WriteString("to", change.To.ToLowerInvariant());
        json.WriteString("reason", change.Reason);
        json.WriteBoolean("moneyMoved", change.HasMoneyMoved);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LedgerBalances balances)
    {
        json.WriteStartObject();
        json.WriteString("asset", balances.Asset.ToString());
        WriteAmount(json, "received", balances.Received);
        WriteAmount(json, "held", balances.Held);
        WriteAmount(json, "earned", balances.Earned);
        WriteAmount(json, "returned", balances.Returned);
        WriteAmount(json, "credited", balances.Credited);
        WriteAmount(json, "inDoubt", balances.InDoubt);
        json.WriteEndObject();
    }

    private static void WriteAmount(Utf8JsonWriter json, string name, long amount) =>
        json.WriteString(name, amount.ToString(CultureInfo.InvariantCulture));

    private static string Name(LedgerAccount account) => JsonNamingPolicy.CamelCase.ConvertName(account.ToString());

    // A journal of years must not be in memory as a whole.
    private static void Pass(Utf8JsonWriter json, MemoryStream buffer, TextWriter output)
    {
        json.Flush();
        output.Write(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        buffer.SetLength(0);
    }
}
