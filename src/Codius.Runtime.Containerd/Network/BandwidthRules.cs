using System.Net;

namespace Codius.Runtime.Containerd.Network;

/// <summary>
/// How much each pod may send and receive, as one nftables table in which every pod's address has a limit of its own.
/// What is beyond it is dropped, from which TCP learns its pace, under every runtime alike.
/// </summary>
/// <remarks>
/// The table outlives a restart of the host, as pods do. The address of a pod that is gone stays in it, unused, until
/// another pod gets it and with it a limit of its own.
/// </remarks>
internal static class BandwidthRules
{
    private const int MostPods = 1_000_000;
    private const long BytesPerKilobyte = 1024;

    /// <summary>
    /// One packet as the kernel hands it from gVisor, before it is cut. After a quiet second nft lets a second's worth
    /// through at once besides.
    /// </summary>
    private const int BurstKilobytes = 64;

    public static string TableName(string instance) => FirewallRules.TableName(instance) + "_bandwidth";

    /// <summary>Input for `nft -f -` that makes the table if it is not there and leaves the limits in it.</summary>
    public static string Table(string instance)
    {
        var table = TableName(instance);
        var sets = $$"""
              set sent {
                type ipv4_addr; size {{MostPods}}; limit rate over 1 mbytes/second burst 1 mbytes;
              }

              set received {
                type ipv4_addr; size {{MostPods}}; limit rate over 1 mbytes/second burst 1 mbytes;
              }
            """;
        return $$"""
            table inet {{table}} {
            {{sets}}
              chain from_pods {
                type filter hook prerouting priority raw + 10; policy accept;
              }

              chain to_pods {
                type filter hook postrouting priority filter; policy accept;
              }
            }
            flush chain inet {{table}} from_pods
            flush chain inet {{table}} to_pods
            add rule inet {{table}} from_pods iifname "veth*" ip saddr @sent drop
            add rule inet {{table}} to_pods oifname "veth*" ip daddr @received drop

            """;
    }

    /// <summary>
    /// Input for `nft -f -` that gives a pod its limit: anew, whatever its address had before, and with another
    /// second's worth at once; or only if it has none. What is there already cannot be changed, and what is not cannot
    /// be deleted.
    /// </summary>
    public static string Limit(string instance, IPAddress pod, long bytesPerSecond, bool isAnew)
    {
        var rate = Math.Max(1, bytesPerSecond / BytesPerKilobyte);
        var limit = $"limit rate over {rate} kbytes/second burst {BurstKilobytes} kbytes";
        return string.Concat(new[] { "sent", "received" }.Select(set =>
        {
            var add = $$"""add element inet {{TableName(instance)}} {{set}} { {{pod}} {{limit}} }""";
            var delete = $$"""delete element inet {{TableName(instance)}} {{set}} { {{pod}} }""";
            return isAnew ? $"{add}\n{delete}\n{add}\n" : add + "\n";
        }));
    }
}
