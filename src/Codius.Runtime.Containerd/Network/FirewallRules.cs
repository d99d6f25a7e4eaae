using System.Net;

namespace Codius.Runtime.Containerd.Network;

/// <summary>
/// The firewall of one host's pods as one nftables table, loaded at once and never changed per pod: `man 8 nft`.
/// </summary>
/// <remarks>
/// A pod's packet first has to come from the address that is routed to its interface; from then on the source address
/// says whose it is, so that several hosts can share a machine although all their interfaces are called veth*.
/// Nothing of IPv6 leaves a pod: the link-local address of its interface would otherwise reach the machine.
/// Of a connection that a pod has opened each packet is looked at, so that one which was opened while the rules were
/// away, or were others, goes no further. Only answers to somebody else's are accepted as that; and since the kernel
/// takes whom it hears first for the one who has opened it, the machine speaks first only to open one by TCP.
/// What the kernel knows of a connection stays counted until it has forgotten it. What is refused it does not know, but
/// counts for a moment; so the packets of a connection that was let through, answered or not, are not counted again.
/// </remarks>
internal static class FirewallRules
{
    /// <summary>
    /// Everything that is not the public Internet: the special-purpose registry of RFC 6890 and multicast.
    /// </summary>
    public static readonly IReadOnlyList<string> NotPublic =
    [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    ];

    /// <summary>Where pods find the one door to their host; the program that holds a pod open knows it too.</summary>
    public const string Door = "169.254.77.68";

    public const int DoorPort = 7768;
    private const int MostPods = 1_000_000;
    private const string Answers = "ct state established,related ct direction reply";

    public static string TableName(string instance) => "codius_" + instance.Replace('-', '_');

    /// <summary>Input for `nft -f -` that makes or replaces the table in one transaction.</summary>
    public static string Table(
        string instance,
        IPNetwork subnet,
        IReadOnlyList<string> dnsServers,
        NetworkOptions network,
        IPEndPoint? behindDoor = null)
    {
        var table = TableName(instance);
        var dns = $"ip daddr {{ {string.Join(", ", dnsServers)} }} meta l4proto {{ tcp, udp }} th dport 53";
        var perSecond = network.MaxNewConnectionsPerSecond;
        // Only what came through the door is let in, and to what is behind it nobody else.
        var letIn = behindDoor is null ? "" : $"""

                iifname "veth*" ip saddr {subnet} ct status dnat {To(behindDoor)} accept
                iifname != "veth*" {To(behindDoor)} drop
            """;
        var door = behindDoor is null ? "" : $$"""


              chain door {
                type nat hook prerouting priority dstnat; policy accept;
                iifname "veth*" ip saddr {{subnet}} ip daddr {{Door}} tcp dport {{DoorPort}} dnat ip to {{behindDoor}}
              }
            """;
        return $$"""
            table inet {{table}}
            delete table inet {{table}}
            table inet {{table}} {
            {{Sets("allowed", network.Allowed)}}
            {{Sets("blocked", network.Blocked)}}
              set connections {
                type ipv4_addr; size {{MostPods}}; flags dynamic;
              }

              set new_connections {
                type ipv4_addr; size {{MostPods}}; flags dynamic, timeout; timeout 1m;
              }

              chain sources {
                type filter hook prerouting priority raw; policy accept;
                iifname "veth*" meta nfproto ipv6 drop
                iifname "veth*" fib saddr . iif oif missing drop
              }

              chain to_host {
                type filter hook input priority filter - 10; policy accept;
                iifname "veth*" ip saddr {{subnet}} {{Answers}} accept{{letIn}}
                iifname "veth*" ip saddr {{subnet}} {{dns}} accept
                iifname "veth*" ip saddr {{subnet}} drop
              }{{door}}

              chain from_host {
                type filter hook output priority filter - 10; policy accept;
                oifname "veth*" meta nfproto ipv6 drop
                oifname "veth*" ip daddr {{subnet}} ct state new meta l4proto != tcp drop
                oifname "veth*" ip daddr {{subnet}} ct state new tcp flags & (fin|syn|rst|ack) != syn drop
              }

              chain through_host {
                type filter hook forward priority filter - 10; policy accept;
                meta nfproto ipv6 oifname "veth*" drop
                ip saddr != {{subnet}} ip daddr {{subnet}} {{Answers}} accept
                ip daddr {{subnet}} drop
                ip saddr != {{subnet}} accept
                jump destinations
                ct status confirmed accept
                ct state new add @connections { ip saddr ct count over {{network.MaxConnections}} } drop
                ct state new update @new_connections { ip saddr limit rate over {{perSecond}}/second burst {{perSecond}} packets } drop
              }

              chain destinations {
                {{dns}} return
                ip daddr @allowed return
                meta l4proto { tcp, udp } ip daddr . th dport @allowed_ports return
                ip daddr @blocked drop
                meta l4proto { tcp, udp } ip daddr . th dport @blocked_ports drop
                ip daddr { {{string.Join(", ", NotPublic)}} } drop
                tcp dport { 25, 465, 587 } drop
              }

              chain leaving {
                type nat hook postrouting priority srcnat; policy accept;
                ip saddr {{subnet}} oifname != "veth*" masquerade
              }
            }

            """;
    }

    private static string To(IPEndPoint place) => $"ip daddr {place.Address} tcp dport {place.Port}";

    /// <summary>A list as one set of ranges, and one of ranges with a port.</summary>
    private static string Sets(string name, IEnumerable<string> texts)
    {
        var destinations = Destination.WithoutOverlaps(
            texts.Select(text => Destination.TryParse(text, out var d) ? d : throw new FormatException(text)));
        var whole = destinations.Where(d => d.Port is null).Select(d => $"{d.Network}");
        var ports = destinations.Where(d => d.Port is not null).Select(d => $"{d.Network} . {d.Port}");
        return $$"""
              set {{name}} {
                type ipv4_addr; flags interval; {{Elements(whole)}}
              }

              set {{name}}_ports {
                type ipv4_addr . inet_service; flags interval; {{Elements(ports)}}
              }

            """;
    }

    /// <summary>nft has no empty list of elements.</summary>
    private static string Elements(IEnumerable<string> elements)
    {
        var list = string.Join(", ", elements);
        return list.Length == 0 ? "" : $"elements = {{ {list} }}";
    }
}
