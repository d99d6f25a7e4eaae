using Codius.Host.Configuration;
using Microsoft.Extensions.Options;

namespace Codius.Host.Info;

/// <summary>The asset that prices are in: code, and digits after the point of one whole unit.</summary>
public sealed record HostAsset(string Code, int Scale);

/// <summary>Where the host's asset comes from; the uplink learns it from its parent.</summary>
public interface IAssetSource
{
    /// <summary>Null while an uplink has not told it yet.</summary>
    HostAsset? Current { get; }
}

/// <summary>The asset of the settings: play money.</summary>
public sealed class ConfiguredAsset(IOptions<HostOptions> options) : IAssetSource
{
    public HostAsset Current { get; } = new(options.Value.Asset.Code, options.Value.Asset.Scale);
}
