namespace Interledger.Connector.Balances.Journal;

/// <summary>
/// The balances cannot be trusted or not be kept: a journal is damaged where it must not be, or in use by another
/// process. Nothing was changed on disk.
/// </summary>
public sealed class BalanceJournalException : IOException
{
    /// <summary>Says what is wrong, and with which file.</summary>
    public BalanceJournalException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, and why.</summary>
    public BalanceJournalException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
