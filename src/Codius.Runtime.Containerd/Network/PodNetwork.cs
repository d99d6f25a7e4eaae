using System.Net;
using System.Text.Json;
using Codius.Core;
using Codius.Runtime.Containerd.Processes;
using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd.Network;

/// <summary>
/// The network of one host's pods: a routed pair of interfaces for each (the CNI plugin ptp) and the firewall in front
/// of them all.
/// </summary>
internal sealed partial class PodNetwork(ContainerdOptions options, ILogger<PodNetwork> logger)
{
    private const string Forwarding = "/proc/sys/net/ipv4/ip_forward";
    private const string Routes = "/proc/net/route";
    private const int DefaultMtu = 1500;

    private readonly IPNetwork _subnet = IPNetwork.Parse(options.PodSubnet);

    /// <summary>
    /// The machine's end of every pod's pair of interfaces, which pods have as their gateway: the first address that
    /// the CNI plugin host-local gives out.
    /// </summary>
    public IPAddress HostAddress
    {
        get
        {
            var bytes = _subnet.BaseAddress.GetAddressBytes();
            bytes[^1]++;
            return new IPAddress(bytes);
        }
    }

    /// <summary>The port of <see cref="HostAddress"/> that the pods' door leads to; null for no door.</summary>
    public int? PortBehindDoor { get; set; }

    /// <summary>Loads the firewall, before any pod can be started, and lets the machine forward packets.</summary>
    public async Task<Outcome<Done>> OpenAsync(CancellationToken cancellationToken)
    {
        var behindDoor = PortBehindDoor is { } port ? new IPEndPoint(HostAddress, port) : null;
        var rules = FirewallRules.Table(options.Instance, _subnet, options.DnsServersOrDefault, behindDoor);
        var loaded = await HostCommand.RunAsync(options.NftPath, ["-f", "-"], rules, cancellationToken);
        if (!loaded.Succeeded)
            return new Failure(
                FailureKind.RuntimeUnavailable, $"The firewall for pods cannot be loaded: {loaded.Output.Trim()}", Blame.Host);
        if (File.ReadAllText(Forwarding).Trim() != "1")
            await File.WriteAllTextAsync(Forwarding, "1", cancellationToken);
        await WarnOfForeignPoliciesAsync(cancellationToken);
        return Done.Instance;
    }

    /// <summary>Removes the firewall.</summary>
    public Task CloseAsync(CancellationToken cancellationToken) =>
        HostCommand.RunAsync(
            options.NftPath,
            ["delete", "table", "inet", FirewallRules.TableName(options.Instance)],
            input: null,
            cancellationToken);

    /// <summary>The CNI network: https://www.cni.dev/plugins/current/main/ptp/.</summary>
    public string CniConfiguration() => JsonSerializer.Serialize(new
    {
        cniVersion = "0.4.0",
        name = "codius-" + options.Instance,
        plugins = new object[]
        {
            new
            {
                type = "ptp",
                ipMasq = false,
                mtu = MtuOfDefaultRoute(),
                ipam = new
                {
                    type = "host-local",
                    dataDir = options.AddressDirectory,
                    ranges = new[] { new[] { new { subnet = options.PodSubnet } } },
                    routes = new[] { new { dst = "0.0.0.0/0" } },
                },
            },
        },
    });

    /// <summary>
    /// An accept in our table is not final: where another one drops what is forwarded, pods have no Internet, and only
    /// the machine's operator can allow it there.
    /// </summary>
    private async Task WarnOfForeignPoliciesAsync(CancellationToken cancellationToken)
    {
        var listed = await HostCommand.RunAsync(options.NftPath, ["-j", "list", "chains"], input: null, cancellationToken);
        if (!listed.Succeeded)
            return;
        foreach (var chain in ForeignPolicies.Read(listed.Output))
            LogForeignPolicy(chain, options.PodSubnet);
    }

    private static int MtuOfDefaultRoute()
    {
        foreach (var line in File.ReadLines(Routes).Skip(1))
        {
            if (line.Split('\t') is [var device, "00000000", ..]
                && int.TryParse(File.ReadAllText($"/sys/class/net/{device}/mtu"), out var mtu))
                return mtu;
        }

        return DefaultMtu;
    }
}
