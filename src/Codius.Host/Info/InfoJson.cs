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
    decimal CostPerMonth,
    string Uri,
    bool SelfTestSuccess,
    int? RunningContracts,
    IReadOnlyList<string>? Peers,
    string Isolation,
    Asset? Asset);

[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(MemoryAnswer))]
[JsonSerializable(typeof(PeersAnswer))]
[JsonSerializable(typeof(InfoAnswer))]
public sealed partial class InfoJson : JsonSerializerContext
{
    public static InfoJson Plain { get; } = new(PlainJson.CreateOptions());
}
