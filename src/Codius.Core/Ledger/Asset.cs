using System.Globalization;

namespace Codius.Core.Ledger;

/// <summary>What amounts are counted in: a currency code and the number of decimal places of its minor unit.</summary>
public readonly record struct Asset(string Code, byte Scale)
{
    /// <summary>The asset as the journal writes it, <c>XRP/9</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Code}/{Scale}");
}
