using System.Net;
using System.Net.Sockets;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Network;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>How much of the network one pod may take, and that there is no IPv6.</summary>
public abstract partial class NetworkTests
{
    private const int Attempts = 20;

    [Fact]
    public async Task A_pod_has_no_more_connections_at_a_time_than_it_may()
    {
        await using var outside = await OutsideNetwork.CreateAsync(fixture.Options.Instance);
        (await ConnectAsync(new NetworkOptions { MaxConnections = 8 }, 8)).ShouldBe(8);
        (await ConnectAsync(new NetworkOptions(), Attempts)).ShouldBe(Attempts);
    }

    [Fact]
    public async Task A_pod_opens_no_more_connections_in_a_second_than_it_may()
    {
        await using var outside = await OutsideNetwork.CreateAsync(fixture.Options.Instance);
        // One, and one in each second that the attempts take.
        (await ConnectAsync(new NetworkOptions { MaxNewConnectionsPerSecond = 1 }, 1)).ShouldBeInRange(1, Attempts / 2);
        (await ConnectAsync(new NetworkOptions(), Attempts)).ShouldBe(Attempts);
    }

    [Fact]
    public async Task A_pod_sends_and_receives_no_faster_than_it_may()
    {
        const int Slow = 6_000_000;
        // A second's worth may come at once.
        var least = TimeSpan.FromSeconds((OutsideNetwork.Amount * 8.0 / Slow) - 1.5);
        await using var outside = await OutsideNetwork.CreateAsync(fixture.Options.Instance);
        foreach (var transfer in new[]
        {
            $"nc {OutsideNetwork.Public} {OutsideNetwork.SendingPort} < /dev/null | wc -c",
            $"head -c {OutsideNetwork.Amount} /dev/zero | nc {OutsideNetwork.Public} {OutsideNetwork.TakingPort}",
        })
        {
            (await TransferAsync(transfer, Slow)).ShouldBeGreaterThan(least, transfer);
            (await TransferAsync(transfer, Slow * 100)).ShouldBeLessThan(least, transfer);
        }
    }

    [Fact]
    public async Task No_pod_is_faster_than_the_operator_lets_any_be()
    {
        await using var outside = await OutsideNetwork.CreateAsync(fixture.Options.Instance);
        await WithAsync(new NetworkOptions { MegabitsPerSecond = 16 }, [], async () =>
            (await TransferAsync(
                $"nc {OutsideNetwork.Public} {OutsideNetwork.SendingPort} < /dev/null | wc -c", 800_000_000))
                .ShouldBeGreaterThan(TimeSpan.FromSeconds(2.5)));
    }

    /// <summary>
    /// The machine's address on the pod's own link is the only one of IPv6 that a pod could get to. That it would is
    /// shown in <see cref="FirewallRulesTests"/>: on this machine any other host's firewall drops IPv6 as well.
    /// </summary>
    [Fact]
    public async Task There_is_no_ipv6_between_a_pod_and_the_machine()
    {
        using var machine = new TcpListener(IPAddress.IPv6Any, 0);
        machine.Start();
        _ = AcceptAsync(machine);
        var port = ((IPEndPoint)machine.LocalEndpoint).Port;
        // The address is known only when the pod is there: it is handed in by a connection from the machine.
        var pod = await StartAsync(ShellProgram.Script(
            $"""
            address=$(nc -l -p 8082)
            nc -w 4 $address%eth0 {port} < /dev/null 2> /dev/null | grep -q {Reached} && echo {Reached} || echo {Blocked}
            ip -6 -o addr show | grep -v -e 'inet6 ::1/' -e 'inet6 fe80:' | grep -c inet6
            sleep 1000
            """));
        await HandInAsync(pod.Address!, await LinkAddressAsync(pod.Address!));
        IReadOnlyList<string> lines = [];
        await Deadline.UntilAsync(async () => (lines = await LinesAsync(pod.Id)).Count >= 2, "the pod's answer");
        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
        lines.ShouldBe([Blocked, "0"]);
    }

    private async Task<IReadOnlyList<string>> LinesAsync(PodId id)
    {
        var lines = new List<string>();
        await foreach (var line in fixture.Runtime.ReadLogsAsync(id, new LogQuery(), Stop))
            lines.Add(line.Text);
        return lines;
    }

    private static async Task HandInAsync(IPAddress pod, string text) => await Deadline.UntilAsync(
        async () =>
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(pod, 8082, Stop);
                await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(text + "\n"), Stop);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        "the pod listens");

    private static async Task<string> LinkAddressAsync(IPAddress pod)
    {
        var address = "";
        await Deadline.UntilAsync(
            async () =>
            {
                var shown = await RunningProgram.RunAsync(new ProgramStart("sh", "-c", $"""
                    ip -6 -o addr show dev $(ip -o route get {pod} | sed 's/.* dev \([^ ]*\).*/\1/') scope link -tentative
                    """));
                address = shown.Output.Split(' ', '/').FirstOrDefault(w => w.StartsWith("fe80:"), "");
                return address.Length > 0;
            },
            "the machine's address on the pod's link");
        return address;
    }

    /// <summary>
    /// How many connections of those that are tried at once are answered within a few seconds, and longer if that is
    /// fewer than should be: the server takes up only so many at a time, and TCP tries again after 1, 3 and 7 seconds.
    /// </summary>
    private async Task<int> ConnectAsync(NetworkOptions network, int least)
    {
        var reached = 0;
        await WithAsync(network, [], async () =>
        {
            var lines = await RunAsync(
                $"""
                i=0
                while [ $i -lt {Attempts} ]; do
                  nc {OutsideNetwork.Public} {OutsideNetwork.StayingPort} < /dev/null > /tmp/answer$i 2> /dev/null &
                  i=$((i+1))
                done
                answered() ( cat /tmp/answer* | grep -c {Reached} )
                sleep 5
                i=0
                while [ $(answered) -lt {least} ] && [ $i -lt 15 ]; do sleep 1; i=$((i+1)); done
                answered
                """,
                1);
            reached = int.Parse(lines[0].Text);
        });
        return reached;
    }

    private async Task<TimeSpan> TransferAsync(string transfer, long bitsPerSecond)
    {
        var limits = ResourceLimits.Small with { BandwidthBitsPerSecond = bitsPerSecond };
        var lines = await RunAsync($"echo begin; {transfer}", 2, limits);
        lines[1].Text.Trim().ShouldBe($"{OutsideNetwork.Amount}");
        return lines[1].At - lines[0].At;
    }
}
