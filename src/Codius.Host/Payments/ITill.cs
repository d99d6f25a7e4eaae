using Codius.Core.Ledger;

namespace Codius.Host.Payments;

/// <summary>Where a payer is told to send his money.</summary>
public sealed record PayInstruction(string Address, string SharedSecret)
{
    /// <summary>The value of the <c>Pay</c> header.</summary>
    public string Header => $"interledger-stream {Address} {SharedSecret}";
}

/// <summary>
/// The place where money comes in, which is all that the rest of the host knows of Interledger: a second way to pay
/// would be a second till.
/// </summary>
internal interface ITill
{
    /// <summary>What prices are in; null while there is no way for money to come in.</summary>
    Asset? Asset { get; }

    /// <summary>A fresh instruction for a tag. Nothing is remembered.</summary>
    PayInstruction Instruct(string tag);

    /// <summary>Whether somebody has connected by an instruction for this tag.</summary>
    bool IsConnected(string tag);

    /// <summary>
    /// Keeps the connections of a tag alive, and in memory before all others, until the returned registration is
    /// disposed: their payers wait for an operation, and give up after a minute of silence.
    /// </summary>
    IDisposable Protect(string tag);

    /// <summary>
    /// Asks the connections of a tag, present and future, for money, and gives what comes to the escrow until the
    /// returned registration is disposed.
    /// </summary>
    IDisposable Ask(string tag, Escrow escrow);

    /// <summary>
    /// How much the payers of a tag would take back of what came from them, or, with <paramref name="fromOthers"/>, of
    /// what came over other connections.
    /// </summary>
    long Returnable(string tag, bool fromOthers = false);

    /// <summary>Sends money back to the payers of a tag, and says how much is known to have arrived.</summary>
    Task<long> ReturnAsync(string tag, long amount, bool fromOthers, CancellationToken cancellationToken);
}
