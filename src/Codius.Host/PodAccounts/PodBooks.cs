using Codius.Host.Configuration;
using Interledger.Connector.Balances;
using Interledger.Connector.Balances.Journal;
using Microsoft.Extensions.Options;

namespace Codius.Host.PodAccounts;

/// <summary>
/// What pods have earned and not spent: the balances of the connector's accounts, in a journal of their own under the
/// host's root directory. All of them together, with what went out and came in, are zero.
/// </summary>
internal sealed class PodBooks : IAsyncDisposable
{
    private readonly Lazy<JournalBalanceStore> _store;

    public PodBooks(IOptions<HostOptions> options, TimeProvider time) => _store = new(() => JournalBalanceStore.Open(
        new JournalBalanceStoreOptions { Directory = Path.Combine(options.Value.RootDirectory, "balances") }, time));

    public JournalBalanceStore Store => _store.Value;

    /// <summary>What an account has, in minor units; what is reserved for packets under way is still in it.</summary>
    public long BalanceOf(string account) =>
        (long)Int128.Clamp(Store.GetBalance(account), long.MinValue, long.MaxValue);

    /// <summary>
    /// Moves money from an account to another, and waits until the disk has it. False, and nothing moved, when there is
    /// not enough.
    /// </summary>
    public async ValueTask<bool> TryMoveAsync(string from, string to, long amount)
    {
        if (amount == 0)
            return true;
        var transfer = new BalanceTransfer(from, (ulong)amount, Int128.Zero, to, (ulong)amount, ToMaximum: null)
        {
            WaitsForDisk = true,
        };
        switch (Store.TryReserve(transfer))
        {
            case ReservationResult.Reserved:
                await Store.CommitAsync(transfer);
                return true;
            case ReservationResult.Unavailable:
                throw new IOException("The balances of pods cannot be recorded.");
            default:
                return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_store.IsValueCreated)
            await _store.Value.DisposeAsync();
    }
}
