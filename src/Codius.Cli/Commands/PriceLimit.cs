using System.Globalization;
using Codius.Client.Hosts;
using Codius.Client.Projects;
using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Money;

namespace Codius.Cli.Commands;

/// <summary>
/// The most that may leave the payer. What is not limited by the user is limited by the quote that he agreed to.
/// </summary>
internal static class PriceLimit
{
    public const decimal DefaultMonthlyRate = 10;

    private const NumberStyles RateStyle = NumberStyles.AllowDecimalPoint;

    /// <summary>Whether the limits make sense by themselves, before anybody is asked anything.</summary>
    public static Failure? Check(PaidChoices choices)
    {
        if (choices.MaxPrice is not null && choices.MaxMonthlyRate is not null)
            return Failure.InvalidRequest("give either --max-price or --max-monthly-rate, not both");
        if (choices.MaxMonthlyRate is { } rate
            && !decimal.TryParse(rate, RateStyle, CultureInfo.InvariantCulture, out _))
            return Failure.InvalidRequest("--max-monthly-rate must be a number such as 10 or 2.5");
        return null;
    }

    /// <summary>The limit in the payer's minor units, against a quote in the host's.</summary>
    public static Outcome<Amount> Decide(PaidChoices choices, Quote quote, PodDuration duration, Asset payer)
    {
        var sameAsset = quote.Asset is null || quote.Asset == payer;
        if (!FromUser(choices, duration, payer).Succeeded(out var limit, out var failure))
            return failure;
        if (limit.Known is not { } maximum)
        {
            return sameAsset
                ? new Amount(quote.Price, payer)
                : Failure.InvalidRequest(
                    $"the host counts in {quote.Asset} and you pay with {payer}: say by --max-price how much");
        }

        if (sameAsset && quote.Price > maximum.MinorUnits)
            return new Failure(
                FailureKind.PaymentRequired,
                $"the host's price of {new Amount(quote.Price, payer)} is above your limit of {maximum}",
                Blame.Caller);
        return maximum;
    }

    /// <summary>What the original client would extend the pod by.</summary>
    public static StateLimits ForState(PaidChoices choices) => new(
        choices.MaxMonthlyRate is { } rate
            ? decimal.Parse(rate, RateStyle, CultureInfo.InvariantCulture)
            : DefaultMonthlyRate,
        choices.Units);

    private static Outcome<Limit> FromUser(PaidChoices choices, PodDuration duration, Asset payer)
    {
        if (choices.MaxPrice is { } price)
        {
            return Amount.TryParse(price, payer, out var amount)
                ? new Limit(amount)
                : Failure.InvalidRequest($"--max-price must be a number with at most {payer.Scale} decimal places");
        }

        if (choices.MaxMonthlyRate is null && !choices.AssumeYes)
            return new Limit(null);
        var rate = choices.MaxMonthlyRate is { } text
            ? decimal.Parse(text, RateStyle, CultureInfo.InvariantCulture)
            : DefaultMonthlyRate;
        if (choices.Units != payer.Code)
            return Failure.InvalidRequest(
                $"the limit is in {choices.Units} and you pay with {payer.Code}: give --max-price, or "
                + $"--max-monthly-rate with --units {payer.Code}");
        return Price.TryCalculate(rate, payer, duration, out var total)
            ? new Limit(total)
            : Failure.InvalidRequest("--max-monthly-rate is too large");
    }

    private readonly record struct Limit(Amount? Known);
}
