using System.Text.Json;
using System.Text.Json.Serialization;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Core.Money;

namespace Codius.Client.Hosts;

/// <summary>What a pod costs. Hosts of the original do not say in which asset: then it is null.</summary>
public sealed record Quote(ManifestHash Hash, ulong Price, Asset? Asset)
{
    public Amount? Amount => Asset is { } asset ? new Amount(Price, asset) : null;
}

/// <summary>What was bought: where the pod answers, and until when.</summary>
public sealed record PodLease(Uri Url, ManifestHash Hash, DateTimeOffset Expiry, string? Isolation);

/// <summary>A pod as everybody may see it.</summary>
public sealed record PodDetails(Uri Url, ManifestHash Hash, DateTimeOffset Expiry, Manifest Manifest);

/// <summary>What a host says about itself.</summary>
public sealed record HostInfo
{
    public bool? FullMem { get; init; }

    public bool? AcceptingUploads { get; init; }

    public string? Currency { get; init; }

    public decimal? CostPerMonth { get; init; }

    public string? Uri { get; init; }

    public int? RunningContracts { get; init; }

    public string? Isolation { get; init; }
}

/// <summary>What a host runs.</summary>
public sealed record HostVersion(string Name, string Version);

/// <summary>A line that a container wrote, or, under the name <c>.host</c>, the host.</summary>
public sealed record HostLogLine(string Container, bool IsError, string Text, DateTimeOffset? At = null);

/// <summary>
/// What became of the time of whoever asked. The pod has ended, or goes on until <paramref name="Expiry"/> with the
/// time of others.
/// </summary>
public sealed record PodStop(
    ManifestHash Hash, bool Ended, DateTimeOffset? Expiry, string Reason, IReadOnlyList<SettledTime> Settled);

/// <summary>What was paid: earned by the host, sent back, or owed by it as a credit.</summary>
public sealed record SettledTime(Amount Earned, Amount Returned, Amount Credited);

internal sealed record QuoteJson(string? ManifestHash, string? Price, QuoteJson.AssetJson? Asset)
{
    internal sealed record AssetJson(string? Code, byte Scale);
}

internal sealed record PodJson(
    string? Url, string? ManifestHash, DateTimeOffset? Expiry, JsonElement? Manifest, string? Isolation);

internal sealed record StopJson(
    string? ManifestHash,
    bool Ended,
    DateTimeOffset? Expiry,
    string? Reason,
    IReadOnlyList<StopJson.SettledJson>? Settled)
{
    internal sealed record SettledJson(QuoteJson.AssetJson? Asset, string? Earned, string? Returned, string? Credited);
}

internal sealed record VersionJson(string? Name, string? Version);

internal sealed record ErrorJson(string? Message, string? MoneyMoved, string? Refunded, string? Credited);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(QuoteJson))]
[JsonSerializable(typeof(PodJson))]
[JsonSerializable(typeof(StopJson))]
[JsonSerializable(typeof(VersionJson))]
[JsonSerializable(typeof(ErrorJson))]
[JsonSerializable(typeof(HostInfo))]
internal sealed partial class HostJson : JsonSerializerContext;
