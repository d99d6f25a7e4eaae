using System.Globalization;
using Codius.Core.Leases;
using Codius.Storage.Sqlite;
using Codius.Storage.Tests.Contract;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Sqlite;

/// <summary>How far an operation was acknowledged by a writer that was killed.</summary>
internal enum Acknowledged
{
    Part,
    Void,
    Commit,
    End,
}

/// <summary>
/// A program that pays for pods and ends them, many at a time and for ever, and prints what the store has acknowledged.
/// </summary>
internal static class RestlessWriter
{
    private const int Callers = 16;

    public static async Task<int> RunAsync(string path, int first)
    {
        await using var store = new SqliteHostStore(path);
        await store.OpenAsync(CancellationToken.None);
        var last = first;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            while (true)
                await BuyAsync(store, Interlocked.Increment(ref last));
        }));
        return 0;
    }

    /// <summary>A line of a killed program may be torn; only one with its end counts.</summary>
    public static (Acknowledged What, int Number)? Read(string line) => line.Split(' ') is [var what, var number, "."]
        ? (Enum.Parse<Acknowledged>(what), int.Parse(number, CultureInfo.InvariantCulture))
        : null;

    // Of four operations one stays open, one is void, one runs and one has ended half-way.
    private static async Task BuyAsync(SqliteHostStore store, int number)
    {
        var part = Part(number, 300, $"part {number}", number);
        await store.RecordPartPaymentAsync(part, CancellationToken.None);
        Print(Acknowledged.Part, number);
        if (number % 4 == 1)
        {
            await store.VoidAsync(Token(number), Failed, Noon, CancellationToken.None);
            Print(Acknowledged.Void, number);
        }

        if (number % 4 < 2)
            return;
        if (!await store.CommitAsync(Start(number).Paid(1000, packet: 750, credit: 300), CancellationToken.None))
            throw new InvalidOperationException($"operation {number} was refused");
        Print(Acknowledged.Commit, number);
        if (number % 4 == 2)
            return;
        await store.EndPodAsync(Manifest(number), "ended", Noon.AddMinutes(30), CancellationToken.None);
        Print(Acknowledged.End, number);
    }

    private static void Print(Acknowledged what, int number) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {number} ."));
}
