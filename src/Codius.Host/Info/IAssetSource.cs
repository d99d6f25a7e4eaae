using Codius.Core.Ledger;

namespace Codius.Host.Info;

/// <summary>Where the host's asset comes from; the uplink learns it from its parent.</summary>
public interface IAssetSource
{
    /// <summary>Null while an uplink has not told it yet.</summary>
    Asset? Current { get; }
}
