using System.Collections.Concurrent;
using Codius.Core.Leases;
using Codius.Storage.Sqlite;
using Codius.Storage.Tests.Contract;
using Codius.Testing.Processes;
using Microsoft.Data.Sqlite;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Sqlite;

public sealed class SqliteFullDiskTests
{
    private const int SqliteFull = 13;

    [Fact]
    public async Task A_full_disk_is_an_error_to_its_callers_until_there_is_room_again()
    {
        await using var disk = await SmallDisk.MountAsync(kibibytes: 2048);
        var store = await OpenAsync(disk);
        disk.Fill(butBytes: 200_000);
        var acknowledged = new ConcurrentBag<int>();
        var failures = new ConcurrentBag<Exception>();

        for (var first = 1; failures.IsEmpty; first += 50)
        {
            first.ShouldBeLessThan(100_000, "the disk is small");
            await Task.WhenAll(Enumerable.Range(first, 50).Select(i => CommitAsync(store, i, acknowledged, failures)));
        }

        failures.ShouldAllBe(e => e is SqliteException && ((SqliteException)e).SqliteErrorCode == SqliteFull);
        await ShouldHoldExactlyAsync(store, acknowledged);

        disk.MakeRoom();
        await CommitAsync(store, 200_000, acknowledged, failures = []);
        failures.ShouldBeEmpty();
        await store.DisposeAsync();

        await using var reopened = await OpenAsync(disk);
        await ShouldHoldExactlyAsync(reopened, acknowledged);
        (await SqliteAudit.ReadAsync(disk["host.db"])).ShouldBalance();
    }

    [Fact]
    public async Task A_change_too_large_for_the_disk_leaves_the_store_working()
    {
        await using var disk = await SmallDisk.MountAsync(kibibytes: 4096);
        await using var store = await OpenAsync(disk);
        var acknowledged = new ConcurrentBag<int>();
        var failures = new ConcurrentBag<Exception>();
        var large = Start(1) with { Pod = Start(1).Pod! with { ManifestJson = new string(' ', 8 << 20) } };

        var refused = await Should.ThrowAsync<SqliteException>(store.CommitAsync(large, CancellationToken.None));
        refused.SqliteErrorCode.ShouldBe(SqliteFull);

        await CommitAsync(store, 2, acknowledged, failures);
        failures.ShouldBeEmpty();
        await ShouldHoldExactlyAsync(store, acknowledged);
    }

    private static async Task<SqliteHostStore> OpenAsync(SmallDisk disk)
    {
        var store = new SqliteHostStore(disk["host.db"]);
        await store.OpenAsync(CancellationToken.None);
        return store;
    }

    private static async Task CommitAsync(
        SqliteHostStore store, int number, ConcurrentBag<int> acknowledged, ConcurrentBag<Exception> failures)
    {
        try
        {
            (await store.CommitAsync(Start(number), CancellationToken.None)).ShouldBeTrue();
            acknowledged.Add(number);
        }
        catch (SqliteException e)
        {
            failures.Add(e);
        }
    }

    private static async Task ShouldHoldExactlyAsync(SqliteHostStore store, IReadOnlyCollection<int> acknowledged)
    {
        (await store.LoadPodsAsync(CancellationToken.None)).Select(pod => pod.Manifest)
            .ShouldBe(acknowledged.Select(Manifest), ignoreOrder: true);
        (await store.ReadBalancesAsync(CancellationToken.None)).ShouldHaveSingleItem()
            .Held.ShouldBe(acknowledged.Count * 1000);
    }
}
