using System.Text.Json.Serialization;
using Codius.Core.Ledger;
using Codius.Host.Errors;

namespace Codius.Host.Info;

public sealed record VersionAnswer(string Name, string Version);

public sealed record MemoryAnswer(long FreeMem);

public sealed record PeersAnswer(IReadOnlyList<string> Peers);

/// <summary>The original's fields in its order, then ours.</summary>
public sealed record InfoAnswer(
    bool FullMem,
    bool AcceptingUploads,
    long ServerFreeMemory,
    double ServerUptime,
    double ServiceUptime,
    double AvgLoad,
    int NumPeers,
    string? Currency,
    decimal? CostPerMonth,
    string Uri,
    bool SelfTestSuccess,
    int? RunningContracts,
    IReadOnlyList<string>? Peers,
    string Isolation,
    Asset? Asset,
    IReadOnlyList<MachineAnswer> Machines);

/// <summary>
/// A machine class: what a pod of it may use, and what a month costs in whole units of the host's asset, null while
/// nobody knows the rate.
/// </summary>
public sealed record MachineAnswer(
    string Name,
    decimal VirtualCpus,
    long MemoryBytes,
    int Processes,
    long DiskBytes,
    long Files,
    long LogBytes,
    long BandwidthBitsPerSecond,
    decimal? CostPerMonth);

[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(MemoryAnswer))]
[JsonSerializable(typeof(PeersAnswer))]
[JsonSerializable(typeof(InfoAnswer))]
public sealed partial class InfoJson : JsonSerializerContext
{
    public static InfoJson Plain { get; } = new(PlainJson.CreateOptions());
}
