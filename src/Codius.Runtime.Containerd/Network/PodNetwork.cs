using System.Net;
using System.Text.Json.Nodes;
using Codius.Core;
using Codius.Runtime.Containerd.Processes;
using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd.Network;

/// <summary>
/// The network of one host's pods: a routed pair of interfaces for each (the CNI plugin ptp) and the firewall in front
/// of them all.
/// </summary>
internal sealed partial class PodNetwork(ContainerdOptions options, TimeProvider time, ILogger<PodNetwork> logger)
{
    private const string Forwarding = "/proc/sys/net/ipv4/ip_forward";
    private const string Routes = "/proc/net/route";
    private const int DefaultMtu = 1500;

    private readonly ForeignChains _foreign = new(options);
    private readonly Nftables _nftables = new(options.NftPath);
    private readonly IPNetwork _subnet = IPNetwork.Parse(options.PodSubnet);
    private readonly string[] _tables =
        [FirewallRules.TableName(options.Instance), BandwidthRules.TableName(options.Instance)];

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
        _nftables.Open();
        using (await _loading.TakeAsync(Rules, cancellationToken))
        {
            _asLoaded = null;
            if (await LoadAsync(cancellationToken) is { } failure)
                return failure;
            if (await ListAsync(cancellationToken) is not { } listed)
                return NotLoaded("another program has removed it at once");
            _asLoaded = listed;
            // Somebody may have taken those away while no host was there, or one that had no time to set them again.
            LoseLimits();
        }

        if (File.ReadAllText(Forwarding).Trim() != "1")
            await File.WriteAllTextAsync(Forwarding, "1", cancellationToken);
        await AcceptInForeignChainsAsync(cancellationToken);
        return Done.Instance;
    }

    /// <summary>Removes the firewall, which is guarded no more.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        using (await _loading.TakeAsync(Rules, cancellationToken))
        {
            _asLoaded = null;
            foreach (var table in _tables)
            {
                await HostCommand.RunAsync(
                    options.NftPath, ["delete", "table", "inet", table], input: null, cancellationToken);
            }
        }

        await _foreign.LeaveAsync(cancellationToken);
    }

    /// <summary>Holds a pod to so many bytes in a second, in each direction.</summary>
    public Task<Failure?> LimitAsync(IPAddress pod, long bytesPerSecond, CancellationToken cancellationToken) =>
        LimitAsync([(pod, bytesPerSecond)], areAnew: true, cancellationToken);

    private async Task<Failure?> LimitAsync(
        IReadOnlyList<(IPAddress Pod, long BytesPerSecond)> pods, bool areAnew, CancellationToken cancellationToken)
    {
        var limits = string.Concat(
            pods.Select(pod => BandwidthRules.Limit(options.Instance, pod.Pod, pod.BytesPerSecond, areAnew)));
        var limited = await _nftables.ChangeAsync(limits, cancellationToken);
        if (!limited.Succeeded)
        {
            // Who flushes all rules of the machine takes this table away too, with the limits of all pods.
            limited = await _nftables.ChangeAsync(BandwidthRules.Table(options.Instance) + limits, cancellationToken);
            LoseLimits();
        }

        return limited.Succeeded
            ? null
            : new Failure(
                FailureKind.RuntimeUnavailable,
                $"What pods may send and receive cannot be set: {limited.Output.Trim()}",
                Blame.Host,
                Retryable: true);
    }

    /// <summary>The CNI network: https://www.cni.dev/plugins/current/main/ptp/.</summary>
    public string CniConfiguration() => new JsonObject
    {
        ["cniVersion"] = "0.4.0",
        ["name"] = "codius-" + options.Instance,
        ["plugins"] = new JsonArray(new JsonObject
        {
            ["type"] = "ptp",
            ["ipMasq"] = false,
            ["mtu"] = MtuOfDefaultRoute(),
            ["ipam"] = new JsonObject
            {
                ["type"] = "host-local",
                ["dataDir"] = options.AddressDirectory,
                ["ranges"] = new JsonArray(new JsonArray(new JsonObject { ["subnet"] = options.PodSubnet })),
                ["routes"] = new JsonArray(new JsonObject { ["dst"] = "0.0.0.0/0" }),
            },
        }),
    }.ToJsonString();

    private async Task AcceptInForeignChainsAsync(CancellationToken cancellationToken)
    {
        foreach (var (chain, accepts) in await _foreign.FindAsync(cancellationToken))
        {
            if (accepts)
                continue;
            if (await _foreign.AcceptInAsync(chain, cancellationToken))
                LogAcceptedAbroad(chain, options.PodSubnet);
            else
                LogForeignPolicy(chain, options.PodSubnet);
        }
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
