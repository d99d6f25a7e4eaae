using Codius.Core.Leases;
using Codius.Core.Manifests;

namespace Codius.Core.Pods;

/// <summary>
/// A paid pod as the store knows it, with all that is needed to start it again after the machine was restarted.
/// <paramref name="SealedPrivate"/> are the private values, encrypted with the host's key; they are deleted with the
/// pod. <paramref name="Owner"/> is the capability of whoever started it, null where that was before there were any.
/// <paramref name="PausedUntil"/> is when a pod whose time is over goes; null while its time runs.
/// <paramref name="Limits"/> are those that were sold, null where that was before there were several classes.
/// </summary>
public sealed record PodRecord(
    ManifestHash Manifest,
    PodId Id,
    string ManifestJson,
    byte[]? SealedPrivate,
    DateTimeOffset StartedAt,
    DateTimeOffset ExpiresAt,
    CapabilityId? Owner = null,
    DateTimeOffset? PausedUntil = null,
    ResourceLimits? Limits = null);
