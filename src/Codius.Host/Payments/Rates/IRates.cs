using Codius.Core;
using Codius.Core.Ledger;
using Codius.Core.Money;

namespace Codius.Host.Payments.Rates;

/// <summary>What prices are worth in the host's asset.</summary>
internal interface IRates
{
    /// <summary>What prices are in; null when they are in the host's asset, whatever that is.</summary>
    string? Currency { get; }

    /// <summary>How many whole units of the asset one unit of what prices are in is, or why nobody knows.</summary>
    Outcome<Rational> Find(Asset asset);
}
