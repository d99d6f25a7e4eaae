using Codius.Core.Manifests;

namespace Codius.Host.Ingress;

/// <summary>
/// Reads a Host header (RFC 9110, section 7.2). A pod is addressed by a first label that has the form of a manifest
/// hash, in any letter case and under any domain.
/// </summary>
public static class PodHost
{
    public static bool TryRead(string? host, out ManifestHash hash)
    {
        hash = default;
        if (host is null || host.Length < ManifestHash.Length)
            return false;
        return (host.Length == ManifestHash.Length || host[ManifestHash.Length] is '.' or ':')
            && ManifestHash.TryParse(host[..ManifestHash.Length], out hash);
    }
}
