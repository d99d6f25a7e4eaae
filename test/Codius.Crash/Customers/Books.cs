using System.Globalization;
using System.Text.Json;
using Codius.EndToEnd;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Processes;

namespace Codius.Crash.Customers;

/// <summary>A host's books, as its own command verifies and exports them beside the host.</summary>
internal sealed record Books(IReadOnlyList<Books.Entry> Entries)
{
    /// <summary>Fails with what does not fit if there is anything.</summary>
    public static async Task<Books> ReadAsync(string store)
    {
        await RunAsync("verify", store);
        var export = JsonElement.Parse(await RunAsync("export", store));
        return new Books([.. export.GetProperty("entries").EnumerateArray().Select(Read)]);
    }

    /// <summary>What was written down as received for a token.</summary>
    public long ReceivedOf(string token) => -SumOf(token, "received") - SumOf(token, "inDoubt");

    /// <summary>What of it is in doubt.</summary>
    public long InDoubtOf(string token) => -SumOf(token, "inDoubt");

    public long Returned => Entries.Sum(entry => entry.Of("returned"));

    /// <summary>What was credited again though it may have gone back.</summary>
    public long ReturnsInDoubt => Entries.Where(entry => entry.Key.StartsWith("unreturned:", StringComparison.Ordinal))
        .Sum(entry => entry.Of("credited"));

    private long SumOf(string token, string account) =>
        Entries.Where(entry => entry.Subject == token).Sum(entry => entry.Of(account));

    private static async Task<string> RunAsync(string action, string store) =>
        (await RunningProgram.RunAsync(new ProgramStart(Programs.Codiusd, "ledger", action, "--store", store)))
            .EnsureSuccess().Output;

    private static Entry Read(JsonElement entry) => new(
        entry.GetProperty("key").GetString()!,
        entry.GetProperty("subject").GetString()!,
        entry.GetProperty("reason").GetString()!,
        entry.GetProperty("postings").EnumerateArray().ToDictionary(
            posting => posting.GetProperty("account").GetString()!,
            posting => long.Parse(posting.GetProperty("amount").GetString()!, CultureInfo.InvariantCulture)));

    internal sealed record Entry(string Key, string Subject, string Reason, IReadOnlyDictionary<string, long> Postings)
    {
        public long Of(string account) => Postings.GetValueOrDefault(account);
    }
}
