using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Codius.Core.Ledger;

namespace Codius.Client.Payments;

/// <summary>
/// What a host wants for a request: the <c>Pay-Amount</c> header of its 402, <c>&lt;amount&gt; &lt;asset&gt;</c>, for
/// example <c>1234 XRP/9</c>.
/// </summary>
/// <param name="Amount">In minor units of the asset; more than nothing.</param>
/// <param name="Asset">What it is in.</param>
public sealed record AmountDue(ulong Amount, Asset Asset)
{
    public static bool TryRead(string? header, [NotNullWhen(true)] out AmountDue? due)
    {
        due = null;
        if (header?.Split(' ') is not [var amount, var asset]
            || asset.LastIndexOf('/') is not (> 0 and var slash)
            || !ulong.TryParse(amount, NumberStyles.None, CultureInfo.InvariantCulture, out var units)
            || !byte.TryParse(asset[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var scale)
            || units == 0)
            return false;
        due = new AmountDue(units, new Asset(asset[..slash], scale));
        return true;
    }
}
