using Codius.Core;
using Codius.Core.Ledger;

namespace Codius.Client.Payments;

/// <summary>A purse: it knows what it pays with, and opens payments to hosts.</summary>
public interface IPayer : IAsyncDisposable
{
    /// <summary>Connects, and says what this payer pays with. Later calls answer at once.</summary>
    Task<Outcome<Asset>> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Opens a payment of at most <paramref name="maximum"/> of the payer's minor units, and returns when the host
    /// knows of it, so that the request it is for can be sent. Money moves from then on, as the host asks for it. If
    /// the instruction says what is due, the request is to be sent at the same time: then that may move at once.
    /// </summary>
    Task<Outcome<OpenPayment>> OpenAsync(
        PayInstruction instruction, ulong maximum, CancellationToken cancellationToken);
}

/// <summary>A payment under way. It must be closed, which says what it came to.</summary>
public abstract class OpenPayment
{
    /// <summary>What has moved so far.</summary>
    public abstract PaymentReport Report { get; }

    /// <summary>Ends when no more money can move: with why, in words for people.</summary>
    public abstract Task<string> Broken { get; }

    /// <summary>
    /// Stops sending, waits for what is under way, for as long as packets live at most, and ends the connection. When
    /// cancelled it does not wait any longer: what is then unanswered is in doubt.
    /// </summary>
    public abstract Task<PaymentReport> CloseAsync(CancellationToken cancellationToken);
}

/// <summary>What a payment came to, in the payer's minor units except for <paramref name="Delivered"/>.</summary>
/// <param name="Sent">Left the payer.</param>
/// <param name="Delivered">Arrived, in the host's minor units.</param>
/// <param name="Returned">Came back.</param>
/// <param name="InDoubt">Was under way when the payment ended: it may have left or not.</param>
/// <param name="HostAsset">What the host counts in, if it said so.</param>
public sealed record PaymentReport(
    ulong Sent, ulong Delivered = 0, ulong Returned = 0, ulong InDoubt = 0, Asset? HostAsset = null)
{
    public static PaymentReport Nothing { get; } = new(0);

    /// <summary>What the payer is short of in the end.</summary>
    public ulong Spent => Sent > Returned ? Sent - Returned : 0;
}
