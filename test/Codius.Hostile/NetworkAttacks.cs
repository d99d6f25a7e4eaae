using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Codius.Core.Pods;
using Codius.Hostile.Machines;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Hostile;

[Trait("Suite", "hostile")]
[Collection(UnderRunc.Name)]
public sealed class RuncNetwork(RuncMachine machine, Outside outside) : NetworkAttacks(machine, outside);

[Trait("Suite", "hostile")]
[Collection(UnderGvisor.Name)]
public sealed class GvisorNetwork(GvisorMachine machine, Outside outside) : NetworkAttacks(machine, outside);

/// <summary>
/// What a pod looks for in the networks around it. The control of each is the same question without the firewall, or
/// from a place that the firewall does not know: it is answered.
/// </summary>
public abstract class NetworkAttacks(HostileMachine machine, Outside outside)
{
    private const string Reached = "reached";
    private const int PodPort = 8081;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds { get; } = [.. Outside.Others.Keys];

    /// <summary>The machine's end of the links of all pods.</summary>
    private IPAddress Gateway => IPAddress.Parse(machine.Options.PodSubnet.Replace(".0/24", ".1"));

    [Fact]
    public async Task A_pod_does_not_reach_a_port_of_the_machine()
    {
        using var port = new GreetingPort(Gateway);
        await ShouldNotReachAsync(Gateway.ToString(), port.Number);
    }

    [Fact]
    public async Task A_pod_does_not_reach_the_machine_by_another_of_its_addresses()
    {
        using var port = new GreetingPort(IPAddress.Parse(Outside.Machine));
        await ShouldNotReachAsync(Outside.Machine, port.Number);
    }

    [Fact]
    public async Task A_pod_does_not_reach_the_machines_loopback()
    {
        using var port = new GreetingPort(IPAddress.Loopback);
        await machine.ShouldHoldAsync(Ask("127.0.0.1", port.Number), Reached);
    }

    [Fact]
    public async Task A_pod_sends_the_machine_no_datagram()
    {
        using var port = new UdpClient(new IPEndPoint(Gateway, 0));
        var number = ((IPEndPoint)port.Client.LocalEndPoint!).Port;
        var script = $"attack datagram {Gateway} {number} pwned";
        await machine.Pod.RunAsync(script);
        port.Available.ShouldBe(0);

        await WithoutFirewallAsync(async () =>
        {
            await machine.Pod.RunAsync(script);
            await Deadline.UntilAsync(() => port.Available > 0, "the datagram");
        });
    }

    [Fact]
    public async Task A_pod_does_not_reach_the_machine_by_the_address_of_its_link()
    {
        var route = await RunningProgram.RunAsync(
            new ProgramStart("ip", "-o", "route", "get", $"{machine.PodAddress}"));
        var link = route.EnsureSuccess().Output.Split("dev ")[1].Split(' ')[0];
        using (var port = new GreetingPort(LinkLocalOf(link)))
            (await machine.Pod.RunAsync(Link("attack", "eth0", port))).ShouldNotContain(Reached);

        using var free = new GreetingPort(LinkLocalOf(Outside.NeighbourLink));
        (await Outside.InNamespaceAsync(Outside.Neighbour, Link(outside.Program, Outside.NeighbourLink, free)))
            .ShouldContain(Reached);
    }

    [Fact]
    public async Task A_pod_does_not_reach_another_pod()
    {
        var neighbour = await StartListenerAsync();
        await ShouldNotReachAsync(neighbour.Address!.ToString(), PodPort);
        await machine.Runtime.RemoveAsync(neighbour.Id, Stop);
    }

    [Fact]
    public async Task A_flood_of_connections_gets_no_more_through_than_a_pods_share()
    {
        const int Many = 900;
        var flood = $"attack connections {Outside.Public} {Outside.PatientPort} {Many}";
        var pod = await machine.StartAsync(RemoteShell.Command);
        var (open, seconds) = Parse(await new RemoteShell(pod.Address!).RunAsync(flood));
        await machine.Runtime.RemoveAsync(pod.Id, Stop);
        // A second's share at once, and what comes while the flood goes on.
        var most = machine.Options.Network.MaxNewConnectionsPerSecond * (1 + seconds);
        most.ShouldBeLessThan(Many, "too slow for a flood");
        open.ShouldBeInRange(1, (int)Math.Ceiling(most));

        // Of so many at once the machine itself may lose one.
        Parse(await machine.Control.RunAsync(flood)).Open.ShouldBeGreaterThan((int)Math.Ceiling(most));

        static (int Open, double Seconds) Parse(string told) =>
            (int.Parse(told.Split(' ')[0]), int.Parse(told.Split(' ')[1]) / 1000.0);
    }

    [Fact]
    public async Task A_scan_of_the_pods_network_finds_nobody()
    {
        var neighbour = await StartListenerAsync();
        var net = string.Join('.', Gateway.ToString().Split('.')[..3]);
        var last = neighbour.Address!.GetAddressBytes()[3];
        var first = Math.Max(2, last - 40);
        string Scan(int seconds) => $"""
            for host in $(seq {first} {last}); do
              nc -w {seconds} {net}.$host {PodPort} < /dev/null 2> /dev/null &
            done
            wait
            """;
        (await machine.Pod.RunAsync(Scan(1))).ShouldNotContain(Reached);
        await WithoutFirewallAsync(async () => (await machine.Pod.RunAsync(Scan(3))).ShouldContain(Reached));
        await machine.Runtime.RemoveAsync(neighbour.Id, Stop);
    }

    [Fact]
    public async Task Strangers_do_not_reach_a_pod_past_the_ingress()
    {
        var pod = await StartListenerAsync();
        (await Outside.RunAsync("busybox " + Ask(pod.Address!.ToString(), PodPort, 1))).ShouldNotContain(Reached);
        await WithoutFirewallAsync(async () =>
            (await Outside.RunAsync("busybox " + Ask(pod.Address!.ToString(), PodPort))).ShouldContain(Reached));
        await machine.Runtime.RemoveAsync(pod.Id, Stop);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task A_pod_does_not_reach_what_is_not_the_internet(string kind) =>
        ShouldNotReachAsync(Outside.Others[kind], 80);

    [Theory]
    [InlineData(25)]
    [InlineData(465)]
    [InlineData(587)]
    public async Task A_pod_sends_no_mail(int port)
    {
        (await machine.Pod.RunAsync(Ask(Outside.Public, 80))).ShouldContain(Reached);
        await ShouldNotReachAsync(Outside.Public, port);
    }

    [Theory]
    [InlineData("192.0.2.77")]
    [InlineData(Outside.Public)]
    [InlineData("127.0.0.1")]
    public async Task Not_even_a_pod_whose_walls_have_fallen_forges_where_it_sends_from(string source)
    {
        var text = Guid.NewGuid().ToString("n");
        string Forge(string from, string what) => $"{outside.Program} forge {from} {Outside.Public} 53 {what}-{text}";
        await Outside.InNamespaceAsync(Outside.Fallen, Forge(source, "forged"));
        // What it sends in its own name comes later, and arrives.
        await Outside.InNamespaceAsync(Outside.Fallen, Forge("172.21.32.2", "honest"));
        await ArrivesAsync("172.21.32.2", "honest-" + text);
        outside.Datagrams.ShouldNotContain(line => line.EndsWith("forged-" + text));

        // The machine itself would pass on what is forged (the kernel alone keeps only its own addresses back).
        await Outside.InNamespaceAsync(Outside.Neighbour, Forge("192.0.2.77", "forged"));
        await ArrivesAsync("192.0.2.77", "forged-" + text);
    }

    private static string Ask(string address, int port, int seconds = 5) =>
        $"nc -w {seconds} {address} {port} < /dev/null";

    private static string Link(string program, string link, GreetingPort port) =>
        $"{program} link {link} {port.Address.ToString().Split('%')[0]} {port.Number}";

    private static IPAddress LinkLocalOf(string link) => NetworkInterface.GetAllNetworkInterfaces()
        .Single(candidate => candidate.Name == link).GetIPProperties().UnicastAddresses
        .Select(address => address.Address).First(address => address.IsIPv6LinkLocal);

    private async Task ShouldNotReachAsync(string address, int port)
    {
        (await machine.Pod.RunAsync(Ask(address, port, 1))).ShouldNotContain(Reached);
        await WithoutFirewallAsync(async () =>
            (await machine.Pod.RunAsync(Ask(address, port))).ShouldContain(Reached));
    }

    private Task<PodStatus> StartListenerAsync() =>
        machine.StartAsync(ShellProgram.Script($"exec nc -ll -p {PodPort} -e echo {Reached}"));

    private Task ArrivesAsync(string source, string text) =>
        Deadline.UntilAsync(() => outside.Datagrams.Contains($"{source} {text}"), $"{text} from {source}");

    private async Task WithoutFirewallAsync(Func<Task> control)
    {
        var network = machine.Runtime.Network;
        await network.CloseAsync(Stop);
        try
        {
            await control();
        }
        finally
        {
            (await network.OpenAsync(CancellationToken.None)).Failure.ShouldBeNull();
        }
    }
}
