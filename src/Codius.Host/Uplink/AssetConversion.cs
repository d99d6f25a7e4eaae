using Codius.Core.Ledger;
using Interledger;

namespace Codius.Host.Uplink;

/// <summary>From Interledger's way to name what money is counted in to the ledger's.</summary>
internal static class AssetConversion
{
    public static Asset ToAsset(this AssetDetails details) => new(details.Code, details.Scale);
}
