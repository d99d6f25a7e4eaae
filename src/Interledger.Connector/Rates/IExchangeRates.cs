using System.Diagnostics.CodeAnalysis;

namespace Interledger.Connector.Rates;

/// <summary>Where the connector gets its exchange rates from. It is asked for every packet.</summary>
public interface IExchangeRates
{
    /// <summary>The rate from minor units of one asset to those of the other, if there is one.</summary>
    bool TryGetRate(AssetDetails from, AssetDetails to, [NotNullWhen(true)] out ExactRate? rate);
}
