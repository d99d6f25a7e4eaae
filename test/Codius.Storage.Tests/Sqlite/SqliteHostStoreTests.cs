using Codius.Core.Leases;
using Codius.Storage.Sqlite;
using Codius.Storage.Tests.Contract;
using Codius.Testing.Processes;

namespace Codius.Storage.Tests.Sqlite;

public sealed class SqliteHostStoreTests : HostStoreContract
{
    private readonly TemporaryDirectory _directory = new();

    private protected override IHostStore CreateStore() => new SqliteHostStore(_directory["host.db"]);

    private protected override void DeleteStore() => _directory.Dispose();

    private protected override Task<StoreAudit> AuditAsync() => SqliteAudit.ReadAsync(_directory["host.db"]);
}
