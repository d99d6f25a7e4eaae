using Codius.Client.Payments;
using Codius.Core.Leases;

namespace Codius.Client.Hosts;

/// <summary>
/// What came of a request that is paid for: the answer or the error, and in either case what was paid.
/// </summary>
public sealed record Purchase<T>(HostResult<T> Result, PaymentReport Payment)
    where T : class
{
    /// <summary>The right to what was bought, if the client brought one or was told one.</summary>
    public CapabilitySecret? Capability { get; init; }

    /// <summary>Whether the payer is, or may be, short of money.</summary>
    public bool MoneyMoved => Payment.Spent > 0 || Payment.InDoubt > 0;
}

/// <summary>How far a purchase has come.</summary>
public enum PurchaseStage
{
    Asking,
    ConnectingPayment,
    Paying,
    Closing,
}
