using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Testing.Leases;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Contract;

/// <summary>What every <see cref="IHostStore"/> must do, whatever database is below it.</summary>
public abstract partial class HostStoreContract : IAsyncLifetime
{
    private const string Name = "host";

    internal IHostStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await OpenAsync(Name);

    public async ValueTask DisposeAsync()
    {
        try
        {
            var audit = await AuditAsync(Name);
            audit.ShouldBalance();
        }
        finally
        {
            await Store.DisposeAsync();
            DeleteStores();
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>A store with nothing in it, or the one that had this name before with all that is in it.</summary>
    private protected abstract IHostStore CreateStore(string name);

    private protected abstract void DeleteStores();

    private protected abstract Task<StoreAudit> AuditAsync(string name);

    private async Task<IHostStore> OpenAsync(string name)
    {
        var store = CreateStore(name);
        await store.OpenAsync(CancellationToken.None);
        return store;
    }

    private async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await OpenAsync(Name);
    }

    private async Task<bool> CommitAsync(Purchase purchase) =>
        await Store.CommitAsync(purchase, CancellationToken.None);

    private async Task<OperationRecord?> OperationAsync(int number) =>
        await Store.FindOperationAsync(Token(number), CancellationToken.None);

    private async Task<long?> CreditAsync(int number) =>
        (await Store.FindCreditAsync(Credit(number), CancellationToken.None))?.Amount;

    private async Task<IReadOnlyList<Lease>> LeasesAsync(int manifest) =>
        await Store.LoadLeasesAsync(Manifest(manifest), CancellationToken.None);

    private async Task<long> EndAsync(int manifest, DateTimeOffset at) =>
        (await Store.EndPodAsync(Manifest(manifest), "expired", at, CancellationToken.None)).Credited;

    private async Task<LedgerBalances> BalancesAsync() =>
        (await Store.ReadBalancesAsync(CancellationToken.None)).SingleOrDefault()
        ?? new LedgerBalances(Xrp, 0, 0, 0, 0, 0);

    private async Task MoneyShouldBeAsync(long received, long held = 0, long earned = 0, long credited = 0) =>
        (await BalancesAsync()).ShouldBe(new LedgerBalances(Xrp, received, held, earned, 0, credited));
}
