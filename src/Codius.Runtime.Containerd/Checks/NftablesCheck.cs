using System.Net;
using Codius.Core.Checks;
using Codius.Runtime.Containerd.Daemon;
using Codius.Runtime.Containerd.Network;
using Codius.Runtime.Containerd.Processes;

namespace Codius.Runtime.Containerd.Checks;

/// <summary>Whether nft and the kernel take the very rules that the host will load; nothing is loaded.</summary>
internal sealed class NftablesCheck(ContainerdOptions options) : ICheck
{
    public string Name => "nftables";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        if (ProgramPath.Find(options.NftPath) is not { } program)
            return Finding.Failed($"{options.NftPath} is not installed", "apt-get install nftables");
        var rules = FirewallRules.Table(
                options.Instance, IPNetwork.Parse(options.PodSubnet), options.DnsServersOrDefault, options.Network)
            + BandwidthRules.Table(options.Instance);
        var tried = await HostCommand.RunAsync(program, ["-c", "-f", "-"], rules, cancellationToken);
        return tried.Succeeded
            ? Finding.Well("the kernel takes the firewall of pods")
            : Finding.Failed(
                $"the firewall of pods is not taken: {tried.Output.Split('\n')[0].Trim()}",
                "run codiusd as root, with a kernel that has nf_tables with its sets, limit, connlimit, "
                + "fib and masquerade");
    }
}
