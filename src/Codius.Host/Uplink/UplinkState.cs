using Interledger;
using Interledger.Addresses;

namespace Codius.Host.Uplink;

/// <summary>What is known of the uplink at one moment.</summary>
/// <param name="IsReady">Whether packets can be sent and received.</param>
/// <param name="Address">The host's own address; the last one known while it is not ready, empty before there was
/// one.</param>
/// <param name="Asset">What amounts are counted in; null before it was learnt.</param>
public sealed record UplinkState(bool IsReady, IlpAddress Address, AssetDetails? Asset);
