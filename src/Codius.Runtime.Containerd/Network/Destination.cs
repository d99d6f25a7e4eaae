using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Codius.Runtime.Containerd.Network;

/// <summary>An IPv4 range, at one port or at all.</summary>
internal readonly record struct Destination(IPNetwork Network, ushort? Port)
{
    private const int AddressLength = 32;

    /// <summary>
    /// Reads <c>address</c>, <c>address/bits</c>, either with <c>:port</c>; nothing that means something else too.
    /// </summary>
    public static bool TryParse(string text, out Destination destination)
    {
        destination = default;
        var (range, port) = text.Split(':') is [var before, var after] ? (before, after) : (text, null);
        ushort number = 0;
        if (port is not null
            && (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number == 0))
            return false;
        if (!range.Contains('/'))
            range += $"/{AddressLength}";
        if (!IPNetwork.TryParse(range, out var network)
            || network.BaseAddress.AddressFamily != AddressFamily.InterNetwork
            || network.ToString() != range)
            return false;
        destination = new Destination(network, port is null ? null : number);
        return true;
    }

    /// <summary>
    /// Without what is within another one of the same port: nftables takes no two ranges that overlap.
    /// </summary>
    public static IReadOnlyList<Destination> WithoutOverlaps(IEnumerable<Destination> destinations)
    {
        var all = destinations.Distinct().ToList();
        return [.. all.Where(d => !all.Exists(other => other.Holds(d)))];
    }

    private bool Holds(Destination other) => Port == other.Port && Network.PrefixLength < other.Network.PrefixLength
        && Network.Contains(other.Network.BaseAddress);
}
