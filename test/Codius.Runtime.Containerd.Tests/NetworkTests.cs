using System.Net;
using System.Net.Sockets;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
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
public abstract class NetworkTests(ContainerdFixture fixture)
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

    private async Task<Dictionary<string, string>> AskAsync(
        Dictionary<string, (string Address, int Port, string Expected)> targets)
    {
        var questions = targets.Select(t =>
            $"(nc -w 3 {t.Value.Address} {t.Value.Port} < /dev/null 2> /dev/null | grep -q {Reached} && echo '{t.Key}={Reached}' || echo '{t.Key}={Blocked}') &");
        var pod = await StartAsync(ShellProgram.Script(string.Join('\n', questions) + "\nwait; sleep 1000"));
        var answers = new Dictionary<string, string>();
        await foreach (var line in fixture.Runtime.ReadLogsAsync(pod.Id, new LogQuery(Follow: true), Stop))
        {
            var (name, answer) = line.Text.Split('=') is [var n, var a] ? (n, a) : throw new FormatException(line.Text);
            answers[name] = answer;
            if (answers.Count == targets.Count)
                break;
        }

        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
        return answers;
    }

    private async Task WithoutFirewallAsync(Func<Task> control)
    {
        var network = new Network.PodNetwork(fixture.Options, NullLogger<Network.PodNetwork>.Instance);
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

    private static IReadOnlyList<string> Listener(int port) =>
        ShellProgram.Script($"exec nc -ll -p {port} -e echo {Reached}");

    private async Task<PodStatus> StartAsync(IReadOnlyList<string>? command)
    {
        var id = PodId.New();
        var container = new ContainerSpec("app", fixture.Image, command, null, new Dictionary<string, string>());
        var spec = new PodSpec(id, ManifestHash.OfCanonicalJson("{}"u8), ResourceLimits.Small, [container]);
        (await fixture.Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await fixture.Runtime.StartAsync(id, Stop)).Succeeded(out var pod, out var failure).ShouldBeTrue(failure?.Message);
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
}
