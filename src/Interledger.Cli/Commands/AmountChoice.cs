using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Interledger.Cli.Output;

namespace Interledger.Cli.Commands;

/// <summary>An amount as it was typed; what it comes to is known once there is an asset.</summary>
internal sealed record AmountChoice(string Text, bool InMinorUnits)
{
    /// <summary>Whether it can be an amount at all, before anybody is connected to.</summary>
    public bool IsAmount => InMinorUnits
        ? ulong.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out var units) && units > 0
        : AssetAmount.IsNumber(Text) && Text.Any(static c => c is >= '1' and <= '9');

    public CliFailure NoAmount => new(
        ExitCode.Usage,
        InMinorUnits
            ? $"--amount with --units must be a whole number above 0, at most {ulong.MaxValue}"
            : "--amount must be a number above 0, such as 12 or 0.5");

    /// <summary>The amount in minor units.</summary>
    public bool TryRead(AssetDetails? asset, out ulong units, [NotNullWhen(false)] out CliFailure? failure)
    {
        failure = null;
        if (InMinorUnits)
        {
            var read = ulong.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out units);
            failure = read ? null : NoAmount;
        }
        else if (asset is not { } known)
        {
            units = 0;
            failure = new CliFailure(
                ExitCode.Usage, "the receiver does not say what it counts in: give the amount in its --units");
        }
        else if (AssetAmount.TryParse(Text, known, out var amount))
        {
            units = amount.MinorUnits;
        }
        else
        {
            units = 0;
            failure = new CliFailure(
                ExitCode.Usage,
                $"{Text} {PlainText.OneLine(known.Code)} is too much, or has more than {known.Scale} decimal places");
        }

        return failure is null;
    }
}
