using Codius.Client.Hosts;
using Codius.Client.Payments;
using Codius.Core.Ledger;
using Codius.Core.Money;

namespace Codius.Cli.Output;

/// <summary>How a purchase that failed ends the process, and what its user is told.</summary>
internal static class HostFailures
{
    public static CliFailure Describe(HostError error, PaymentReport payment, Asset? asset)
    {
        var paid = asset is { } a && payment.Spent > 0 ? new Amount(payment.Spent, a) : (Amount?)null;
        var inDoubt = asset is { } b && payment.InDoubt > 0 ? new Amount(payment.InDoubt, b) : (Amount?)null;
        var moved = paid is not null || inDoubt is not null;
        return new CliFailure(CodeOf(error.Kind, moved), error.ToString())
        {
            Host = error,
            Paid = paid,
            InDoubt = inDoubt,
            Advice = moved ? Money(error, paid, inDoubt) : AdviceFor(error),
        };
    }

    private static ExitCode CodeOf(HostErrorKind kind, bool moneyMoved) => kind switch
    {
        HostErrorKind.Cancelled => ExitCode.Cancelled,
        _ when moneyMoved => ExitCode.PaidForNothing,
        HostErrorKind.Unreachable or HostErrorKind.TimedOut => ExitCode.Unreachable,
        HostErrorKind.PaymentFailed => ExitCode.PaymentFailed,
        _ => ExitCode.Refused,
    };

    private static string Money(HostError error, Amount? paid, Amount? inDoubt)
    {
        var sentences = new List<string>();
        if (paid is not null)
            sentences.Add($"You paid {paid}.");
        if (inDoubt is not null)
            sentences.Add($"{(paid is null ? "" : "Another ")}{inDoubt} was under way and may have been paid.");
        if (error.Credited > 0)
            sentences.Add("The host owes it to you: your next purchase there uses this credit first.");
        return string.Join(' ', sentences);
    }

    private static string AdviceFor(HostError error) => error.Kind switch
    {
        HostErrorKind.Unreachable => "Nothing was paid. Is the address right, and the host up?",
        HostErrorKind.TimedOut => "Nothing was paid. Try again, or another host.",
        HostErrorKind.PaymentFailed => "Nothing was paid. Is the host reachable from your Interledger provider?",
        _ => "Nothing was paid.",
    };
}
