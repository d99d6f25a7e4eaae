using System.Diagnostics.CodeAnalysis;
using System.Net;
using Codius.Core.Manifests;

namespace Codius.Client.Hosts;

/// <summary>How people name hosts and pods.</summary>
public static class HostUri
{
    /// <summary>
    /// Reads a host's address: <c>https://host.example</c>, <c>host.example:3000</c>. Without a scheme it is https,
    /// except on this machine. What follows the port is left out.
    /// </summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Uri? host)
    {
        host = null;
        if (string.IsNullOrWhiteSpace(text))
            return false;
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(hasScheme ? text : "https://" + text, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            || uri.Host.Length == 0
            || uri.UserInfo.Length > 0)
            return false;
        if (!hasScheme && IsThisMachine(uri.Host) && !Uri.TryCreate("http://" + text, UriKind.Absolute, out uri))
            return false;
        host = new Uri(uri.GetLeftPart(UriPartial.Authority));
        return true;
    }

    /// <summary>
    /// Reads a pod's name: its hash alone, or its address <c>http://&lt;hash&gt;.host.example:3000/</c>, which says at
    /// which host it is.
    /// </summary>
    public static bool TryParsePod(string? text, out ManifestHash hash, out Uri? host)
    {
        host = null;
        if (ManifestHash.TryParse(text, out hash))
            return true;
        if (!TryParse(text, out var uri))
            return false;
        var dot = uri.Host.IndexOf('.');
        if (dot < 0 || !ManifestHash.TryParse(uri.Host[..dot], out hash))
            return false;
        return TryParse($"{uri.Scheme}://{uri.Host[(dot + 1)..]}:{uri.Port}", out host);
    }

    /// <summary>Whether a name means this machine, to which nobody is in between who could listen.</summary>
    public static bool IsThisMachine(string hostName) =>
        hostName == "localhost"
        || hostName.EndsWith(".localhost", StringComparison.Ordinal)
        || (IPAddress.TryParse(hostName.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
