using Codius.Client.Payments;

namespace Codius.Client.Hosts;

/// <summary>
/// What came of a request that is paid for: the answer or the error, and in either case what was paid.
/// </summary>
public sealed record Purchase<T>(HostResult<T> Result, PaymentReport Payment)
    where T : class
{
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
