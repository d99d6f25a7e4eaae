using System.Net;
using System.Net.Sockets;
using System.Text;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Network;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

[Trait("Suite", "runtime")]
[Collection(OutsideNetwork.Alone)]
public sealed class GvisorNetworkTests(GvisorFixture fixture) : NetworkTests(fixture), IClassFixture<GvisorFixture>;

/// <summary>
/// What a pod can reach, asked from inside. The same questions without the firewall are the control: all that is
/// blocked would be reached otherwise.
/// </summary>
public abstract partial class NetworkTests(ContainerdFixture fixture)
{
    private const string Reached = "reached";
    private const string Blocked = "blocked";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pods_reach_the_internet_and_neither_the_machine_nor_each_other_nor_private_networks()
    {
        await using var outside = await OutsideNetwork.CreateAsync(fixture.Options.Instance);
        var neighbour = await StartAsync(Listener(8081));
        var gateway = IPAddress.Parse(fixture.Options.PodSubnet.Replace(".0/24", ".1"));
        using var machine = new TcpListener(gateway, 0);
        machine.Start();
        _ = AcceptAsync(machine);
        var hostPort = ((IPEndPoint)machine.LocalEndpoint).Port;
        var targets = new Dictionary<string, (string Address, int Port, string Expected)>
        {
            ["the Internet"] = (OutsideNetwork.Public, 80, Reached),
            ["the machine"] = (gateway.ToString(), hostPort, Blocked),
            ["another pod"] = (neighbour.Address!.ToString(), 8081, Blocked),
            ["a private network"] = (OutsideNetwork.Private, 80, Blocked),
            ["metadata of a cloud"] = (OutsideNetwork.Metadata, 80, Blocked),
            ["mail"] = (OutsideNetwork.Public, 25, Blocked),
        };

        var found = await AskAsync(targets);
        found.ShouldBe(targets.ToDictionary(t => t.Key, t => t.Value.Expected), ignoreOrder: true);

        await WithoutFirewallAsync(async () =>
        {
            var control = await AskAsync(targets);
            control.Where(c => c.Key != "the Internet").ShouldAllBe(c => c.Value == Reached);
        });
        await fixture.Runtime.RemoveAsync(neighbour.Id, Stop);
    }

    [Fact]
    public async Task The_machines_own_loopback_is_not_the_pods()
    {
        using var local = new TcpListener(IPAddress.Loopback, 0);
        local.Start();
        var port = ((IPEndPoint)local.LocalEndpoint).Port;
        (await AskAsync(new() { ["loopback"] = ("127.0.0.1", port, Blocked) }))["loopback"].ShouldBe(Blocked);
    }

    [Fact]
    public async Task The_hosts_door_is_port_7768_of_the_pods_own_localhost_and_there_is_no_other_way_to_it()
    {
        using var host = new TcpListener(fixture.Runtime.HostAddress, 0);
        host.Server.SetRawSocketOption(0, 15, BitConverter.GetBytes(1)); // IP_FREEBIND
        host.Start();
        var port = ((IPEndPoint)host.LocalEndpoint).Port;
        await using var visitors = new Visitors(host);
        await LeadToAsync(port);
        try
        {
            var pod = await StartAsync(ShellProgram.Script($$"""
                ask() { answer=$(echo hello | nc -w 3 $1 $2 2> /dev/null); echo "${answer:-no}"; }
                ask 127.0.0.1 7768
                ask localhost 7768
                ask {{fixture.Runtime.HostAddress}} {{port}}
                ask 169.254.77.68 7769
                sleep 1000
                """));
            (await LinesAsync(pod, 4)).ShouldBe([$"you are {pod.Address}", $"you are {pod.Address}", "no", "no"]);
            visitors.Said.ShouldBe(["hello", "hello"]);
            using var local = new TcpClient();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await Should.ThrowAsync<Exception>(
                async () => await local.ConnectAsync(fixture.Runtime.HostAddress, port, patience.Token));
            await fixture.Runtime.RemoveAsync(pod.Id, Stop);
        }
        finally
        {
            await LeadToAsync(null);
        }
    }

    [Fact]
    public async Task A_pod_whose_host_is_away_is_told_so_and_finds_it_again()
    {
        using var host = new TcpListener(fixture.Runtime.HostAddress, FreePort.Next());
        await LeadToAsync(((IPEndPoint)host.LocalEndpoint).Port);
        var pod = await StartAsync(ShellProgram.Script("""
            while sleep 0.2; do answer=$(echo hello | nc -w 3 127.0.0.1 7768); echo "${answer:-no}"; done
            """));
        var lines = new List<string>();
        Visitors? visitors = null;
        await foreach (var line in fixture.Runtime.ReadLogsAsync(pod.Id, new LogQuery(Follow: true), Stop))
        {
            lines.Add(line.Text);
            if (lines.Count == 2)
            {
                host.Start();
                visitors = new Visitors(host);
            }

            if (line.Text != "no")
                break;
        }

        lines[..2].ShouldBe(["no", "no"]);
        lines[^1].ShouldBe($"you are {pod.Address}");
        await visitors!.DisposeAsync();
        await LeadToAsync(null);
        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
    }

    private async Task LeadToAsync(int? port)
    {
        fixture.Runtime.Network.PortBehindDoor = port;
        await LoadFirewallAsync();
    }

    private async Task<List<string>> LinesAsync(PodStatus pod, int count)
    {
        var lines = new List<string>();
        await foreach (var line in fixture.Runtime.ReadLogsAsync(pod.Id, new LogQuery(Follow: true), Stop))
        {
            lines.Add(line.Text);
            if (lines.Count == count)
                break;
        }

        return lines;
    }

    private async Task<Dictionary<string, string>> AskAsync(
        Dictionary<string, (string Address, int Port, string Expected)> targets)
    {
        var questions = targets.Select(t =>
            $"(nc -w 3 {t.Value.Address} {t.Value.Port} < /dev/null 2> /dev/null | grep -q {Reached} "
            + $"&& echo '{t.Key}={Reached}' || echo '{t.Key}={Blocked}') &");
        var lines = await RunAsync(string.Join('\n', questions) + "\nwait", targets.Count);
        return lines.Select(l => l.Text.Split('=')).ToDictionary(parts => parts[0], parts => parts[1]);
    }

    /// <summary>Runs a script in a pod until it has printed so many lines.</summary>
    private async Task<IReadOnlyList<LogLine>> RunAsync(string script, int count, ResourceLimits? limits = null)
    {
        var pod = await StartAsync(ShellProgram.Script(script + "\nsleep 1000"), limits);
        var lines = new List<LogLine>();
        await foreach (var line in fixture.Runtime.ReadLogsAsync(pod.Id, new LogQuery(Follow: true), Stop))
        {
            lines.Add(line);
            if (lines.Count == count)
                break;
        }

        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
        return lines;
    }

    private async Task WithoutFirewallAsync(Func<Task> control)
    {
        await fixture.Runtime.Network.CloseAsync(Stop);
        try
        {
            await control();
        }
        finally
        {
            await LoadFirewallAsync();
        }
    }

    /// <summary>With other settings of the operator, as a host that is started anew with them has.</summary>
    private async Task WithAsync(NetworkOptions network, string[] dnsServers, Func<Task> test)
    {
        var (networkBefore, dnsBefore) = (fixture.Options.Network, fixture.Options.DnsServers);
        (fixture.Options.Network, fixture.Options.DnsServers) = (network, dnsServers);
        try
        {
            await LoadFirewallAsync();
            await test();
        }
        finally
        {
            (fixture.Options.Network, fixture.Options.DnsServers) = (networkBefore, dnsBefore);
            await LoadFirewallAsync();
        }
    }

    private async Task LoadFirewallAsync() =>
        (await fixture.Runtime.Network.OpenAsync(CancellationToken.None)).Failure.ShouldBeNull();

    private static IReadOnlyList<string> Listener(int port) =>
        ShellProgram.Script($"exec nc -ll -p {port} -e echo {Reached}");

    private async Task<PodStatus> StartAsync(IReadOnlyList<string>? command, ResourceLimits? limits = null)
    {
        var id = PodId.New();
        var container = new ContainerSpec("app", fixture.Image, command, null, new Dictionary<string, string>());
        var spec = new PodSpec(id, ManifestHash.OfCanonicalJson("{}"u8), limits ?? ResourceLimits.Small, [container]);
        (await fixture.Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await fixture.Runtime.StartAsync(id, Stop)).Succeeded(out var pod, out var failure)
            .ShouldBeTrue(failure?.Message);
        return pod!;
    }

    private static async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(Stop);
                await client.GetStream().WriteAsync("reached\n"u8.ToArray(), Stop);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The test is over.
        }
    }

    /// <summary>Tells each visitor where he comes from, once he has said something.</summary>
    private sealed class Visitors : IAsyncDisposable
    {
        private readonly TcpListener _listener;
        private readonly Task _serving;

        public Visitors(TcpListener listener)
        {
            _listener = listener;
            _serving = ServeAsync();
        }

        public List<string> Said { get; } = [];

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync(Stop);
                    using var reader = new StreamReader(client.GetStream(), leaveOpen: true);
                    Said.Add(await reader.ReadLineAsync(Stop) ?? "");
                    var from = ((IPEndPoint)client.Client.RemoteEndPoint!).Address;
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"you are {from}\n"), Stop);
                }
            }
            catch (Exception ended) when (ended is SocketException or IOException or ObjectDisposedException
                or OperationCanceledException or InvalidOperationException)
            {
                // The test is over.
            }
        }
    }
}
