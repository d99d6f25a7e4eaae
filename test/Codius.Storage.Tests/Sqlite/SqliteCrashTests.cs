using System.Globalization;
using Codius.Core.Leases;
using Codius.Storage.Sqlite;
using Codius.Storage.Tests.Contract;
using Codius.Testing.Leases;
using Codius.Testing.Processes;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Sqlite;

public sealed class SqliteCrashTests : IDisposable
{
    private const int Kills = 8;
    private const int MostOperations = 1_000_000;

    private readonly TemporaryDirectory _directory = new();

    private string Store => _directory["host.db"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_was_acknowledged_survives_every_kill()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var acknowledged = new Dictionary<int, Acknowledged>();
        for (var kill = 0; kill < Kills; kill++)
        {
            foreach (var line in await WriteAndKillAsync(kill * MostOperations, random.Next(1, 1500)))
            {
                if (RestlessWriter.Read(line) is var (what, number))
                    acknowledged[number] = what;
            }

            (await SqliteAudit.ReadAsync(Store)).ShouldBalance();
            await ShouldFindAsync(acknowledged, $"seed {seed}, kill {kill}");
        }
    }

    private async Task<IReadOnlyList<string>> WriteAndKillAsync(int first, int lines)
    {
        await using var writer = RunningProgram.Start(WriterOf(Store, first));
        for (var (i, next) = (0, 0); i < lines; i++)
            next = (await writer.WaitForLineAsync(_ => true, next)).Index + 1;
        await writer.KillAsync();
        return writer.OutputLines;
    }

    internal static ProgramStart WriterOf(string store, int first) => new(
        Path.Combine(AppContext.BaseDirectory, "Codius.Storage.Tests"),
        Program.WriteCommand,
        store,
        first.ToString(CultureInfo.InvariantCulture));

    private async Task ShouldFindAsync(Dictionary<int, Acknowledged> acknowledged, string when)
    {
        await using var store = new SqliteHostStore(Store);
        await store.OpenAsync(CancellationToken.None);
        var running = (await store.LoadPodsAsync(CancellationToken.None)).Select(pod => pod.Manifest).ToHashSet();
        foreach (var (number, what) in acknowledged)
        {
            var description = $"{what} {number}, {when}";
            var operation = (await store.FindOperationAsync(Token(number), CancellationToken.None))
                .ShouldNotBeNull(description);
            var credit = (await store.FindCreditAsync(Credit(number), CancellationToken.None))?.Amount;
            var isRunning = running.Contains(Manifest(number));
            IsAsAcknowledged(what, operation, isRunning, credit).ShouldBeTrue(description);
        }
    }

    // What was asked for next may have happened too, but only as a whole.
    private static bool IsAsAcknowledged(Acknowledged what, OperationRecord operation, bool isRunning, long? credit) =>
        (what, operation.State, operation.Answer, isRunning, credit) switch
        {
            (Acknowledged.Part, OperationState.Open, null, false, 300) => true,
            (Acknowledged.Part or Acknowledged.Void, OperationState.Void, var answer, false, 300) => answer == Failed,
            (Acknowledged.Part or Acknowledged.Commit, OperationState.Committed, var answer, true, 50) =>
                answer == Started,
            (Acknowledged.Commit or Acknowledged.End, OperationState.Committed, var answer, false, 550) =>
                answer == Started,
            _ => false,
        };
}
