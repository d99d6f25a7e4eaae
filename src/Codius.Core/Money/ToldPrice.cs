using Codius.Core.Ledger;

namespace Codius.Core.Money;

/// <summary>
/// What a month of a machine class was said to cost, in whole units of an asset, and until when that holds. One of a
/// store that did not know of assets yet has none, and holds in any.
/// </summary>
public sealed record ToldPrice(string Machine, Asset? Asset, Rational CostPerMonth, DateTimeOffset Until);
