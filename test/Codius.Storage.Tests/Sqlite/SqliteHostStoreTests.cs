using Codius.Core.Leases;
using Codius.Storage.Sqlite;
using Codius.Storage.Tests.Contract;
using Codius.Testing.Processes;

namespace Codius.Storage.Tests.Sqlite;

public sealed class SqliteHostStoreTests : HostStoreContract
{
    private readonly TemporaryDirectory _directory = new();

    private protected override IHostStore CreateStore(string name) => new SqliteHostStore(_directory[name]);

    private protected override void DeleteStores() => _directory.Dispose();

    private protected override Task<StoreAudit> AuditAsync(string name) => SqliteAudit.ReadAsync(_directory[name]);
}
