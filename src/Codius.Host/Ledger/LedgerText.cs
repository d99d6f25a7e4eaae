using System.Globalization;
using Codius.Core.Ledger;
using Codius.Storage.Sqlite;

namespace Codius.Host.Ledger;

/// <summary>The books as lines for people, times in UTC.</summary>
internal static class LedgerText
{
    /// <summary>Entries and changes of pods in the order of their times, and the sums of what was printed.</summary>
    public static int Print(SqliteLedger ledger, LedgerFilter filter, TextWriter output)
    {
        var sums = new SortedDictionary<string, Dictionary<LedgerAccount, long>>(StringComparer.Ordinal);
        using var changes = ledger.ReadPodChanges(filter).GetEnumerator();
        var hasChange = changes.MoveNext();
        foreach (var (number, entry) in ledger.ReadEntries(filter))
        {
            for (; hasChange && changes.Current.At < entry.At; hasChange = changes.MoveNext())
                output.WriteLine(Describe(changes.Current));
            output.WriteLine(Describe(number, entry));
            Add(sums, entry);
        }

        for (; hasChange; hasChange = changes.MoveNext())
            output.WriteLine(Describe(changes.Current));
        foreach (var (asset, accounts) in sums)
            output.WriteLine($"sum {asset}  {string.Join("  ", accounts.Select(sum => Amount(sum.Key, sum.Value)))}");
        return 0;
    }

    public static int PrintEarnings(SqliteLedger ledger, LedgerArguments arguments, TextWriter output)
    {
        foreach (var day in ledger.ReadEarnings(arguments.Filter))
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{day.Day:yyyy-MM-dd}  {day.Asset}  {day.Amount}"));
        return 0;
    }

    public static string Describe(LedgerBalances all) => string.Create(
        CultureInfo.InvariantCulture,
        $"{all.Asset}: received {all.Received} = held {all.Held} + earned {all.Earned} + returned {all.Returned} "
        + $"+ credited {all.Credited}; in doubt of what was received {all.InDoubt}");

    /// <summary>A time as all outputs of the books write it.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Describe(long number, LedgerEntry entry)
    {
        var postings = string.Join("  ", entry.Postings.Select(posting => Amount(posting.Account, posting.Amount)));
        return $"{Time(entry.At)}  #{number}  {entry.Asset}  {postings}  {entry.Pod?.Value ?? "-"}  {entry.Key}  "
            + entry.Reason;
    }

    private static string Describe(PodChange change) =>
        $"{Time(change.At)}  pod {change.Pod.Value}  {change.From} > {change.To}  "
        + $"{(change.HasMoneyMoved ? "money moved" : "no money moved")}  {change.Reason}";

    private static string Amount(LedgerAccount account, long amount) =>
        string.Create(CultureInfo.InvariantCulture, $"{account} {amount:+0;-0;0}");

    private static void Add(SortedDictionary<string, Dictionary<LedgerAccount, long>> sums, LedgerEntry entry)
    {
        var asset = entry.Asset.ToString();
        if (!sums.TryGetValue(asset, out var accounts))
            sums.Add(asset, accounts = []);
        foreach (var (account, amount) in entry.Postings)
            accounts[account] = checked(accounts.GetValueOrDefault(account) + amount);
    }
}
