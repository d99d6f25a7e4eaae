namespace Interledger.Connector.Balances;

/// <summary>
/// Keeps what the connector owes its accounts: a balance is what an account was paid minus what it paid. A packet is
/// reserved when it is prepared and then committed or released, exactly once.
/// <para>
/// Reservations need not outlive the process: after a crash all packets under way are void, as their senders let them
/// expire. A commit has to be as durable as the store promises before its task completes, because only then is the
/// fulfilment passed on and the payment irrevocable. <see cref="InMemoryBalanceStore"/> promises nothing beyond the
/// life of the process, which suits play money.
/// </para>
/// </summary>
public interface IBalanceStore
{
    /// <summary>Makes sure that both sides can bear the transfer, or changes nothing.</summary>
    ReservationResult TryReserve(in BalanceTransfer transfer);

    /// <summary>Undoes a reservation; the packet was rejected.</summary>
    void Release(in BalanceTransfer transfer);

    /// <summary>Moves what was reserved; the packet was fulfilled. It must not fail for lack of funds.</summary>
    ValueTask CommitAsync(BalanceTransfer transfer);

    /// <summary>The balance of an account without what is reserved; zero for one never heard of.</summary>
    Int128 GetBalance(string account);
}
