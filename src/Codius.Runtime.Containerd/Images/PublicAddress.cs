using System.Net;
using System.Net.Sockets;

namespace Codius.Runtime.Containerd.Images;

/// <summary>
/// Tells the public Internet from everything else: RFC 6890 and its IPv6 counterparts, and multicast.
/// </summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] Special =
    [
        .. Network.FirewallRules.NotPublic.Select(n => IPNetwork.Parse(n)),
        IPNetwork.Parse("::/16"), IPNetwork.Parse("64:ff9b::/32"), IPNetwork.Parse("100::/64"),
        IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2002::/16"),
        IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("ff00::/8"),
    ];

    /// <summary>Whether the address is one of the public Internet.</summary>
    public static bool Is(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
            && !Special.Any(s => s.BaseAddress.AddressFamily == plain.AddressFamily && s.Contains(plain));
    }
}
