using Codius.Core.Ledger;
using Codius.Host.Configuration;
using Microsoft.Extensions.Options;

namespace Codius.Host.Info;

/// <summary>Where the host's asset comes from; the uplink learns it from its parent.</summary>
public interface IAssetSource
{
    /// <summary>Null while an uplink has not told it yet.</summary>
    Asset? Current { get; }
}

/// <summary>The asset of the settings: play money.</summary>
public sealed class ConfiguredAsset(IOptions<HostOptions> options) : IAssetSource
{
    public Asset? Current { get; } = new Asset(options.Value.Asset.Code, options.Value.Asset.Scale);
}
