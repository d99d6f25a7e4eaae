using System.Net;
using Codius.Runtime.Containerd.Network;
using Codius.Testing.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>
/// The firewall's rules in network namespaces made for them: a machine, a pod and what is beyond, where the pod's side
/// sends what no program in a pod can. Here no other host's firewall of the same machine takes part in the control.
/// </summary>
[Trait("Suite", "runtime")]
public sealed class FirewallRulesTests : IAsyncLifetime
{
    private const string Outside = "11.22.33.44";
    private const string Private = "172.20.30.40";
    private static int _count;
    private readonly string _name = $"fw{Environment.ProcessId}x{Interlocked.Increment(ref _count)}";

    private string Machine => _name + "m";

    private string Pod => _name + "p";

    private string Beyond => _name + "b";

    [Fact]
    public async Task Packets_with_a_forged_source_go_nowhere()
    {
        await RunAsync(Pod, "ip addr add 11.99.99.99/32 dev lo");
        await RunAsync(Beyond, """
            nft -f - << 'END'
            table inet seen { chain forged { type filter hook input priority 0; ip saddr 11.99.99.99 counter; }; }
            END
            """);
        await LoadAsync();
        await SendAsync();
        (await ArrivedAsync()).ShouldBeFalse();
        await UnloadAsync();
        await SendAsync();
        (await ArrivedAsync()).ShouldBeTrue("without the firewall it arrives");

        Task SendAsync() => RunAsync(Pod, $"busybox ping -c 1 -W 1 -I 11.99.99.99 {Outside} > /dev/null || true");

        async Task<bool> ArrivedAsync() => !(await RunAsync(Beyond, "nft list table inet seen")).Contains("packets 0 ");
    }

    [Fact]
    public async Task Nothing_of_ipv6_reaches_the_machine()
    {
        await using var server = RunningProgram.Start(In(Machine, "exec busybox nc -ll -p 8000 -e echo reached"));
        var address = "";
        await Deadline.UntilAsync(
            async () =>
                (address = (await RunAsync(Machine, "ip -6 -o addr show dev vethpod scope link -tentative"))
                    .Split(' ', '/')
                    .FirstOrDefault(w => w.StartsWith("fe80:"), "")).Length > 0,
            "the machine's address on the pod's link");
        await Deadline.UntilAsync(async () => (await AskAsync()).Contains("reached"), "an answer without the firewall");
        await LoadAsync();
        (await AskAsync()).ShouldNotContain("reached");

        Task<string> AskAsync() => RunAsync(Pod, $"busybox nc -w 2 {address}%eth0 8000 < /dev/null 2>&1 || true");
    }

    [Fact]
    public async Task Connections_from_elsewhere_do_not_get_to_a_pod_and_those_of_the_machine_do()
    {
        await using var server = RunningProgram.Start(In(Pod, "exec busybox nc -ll -p 8000 -e echo reached"));
        const string Ask = "busybox nc -w 2 10.5.0.2 8000 < /dev/null 2>&1 || true";
        await Deadline.UntilAsync(
            async () => (await RunAsync(Beyond, Ask)).Contains("reached"), "an answer without the firewall");
        await LoadAsync();
        (await RunAsync(Beyond, Ask)).ShouldNotContain("reached");
        (await RunAsync(Machine, Ask)).ShouldContain("reached");
    }

    [Theory]
    [InlineData(Private)]
    [InlineData("10.5.0.1")]
    public async Task What_a_pod_has_connected_to_while_the_rules_were_away_it_does_not_keep(string address)
    {
        await RunAsync(Beyond, $"ip addr add {Private}/32 dev eth0");
        await RunAsync(Machine, $"ip route add {Private}/32 dev up0");
        await using var beyond = RunningProgram.Start(In(Beyond, "exec busybox nc -ll -p 8000 -e cat"));
        await using var machine = RunningProgram.Start(In(Machine, "exec busybox nc -ll -p 8000 -e cat"));
        // What is said at each end comes back for as long as the connection lives.
        using var files = new TemporaryDirectory();
        var (said, heard) = (files["said"], files["heard"]);
        await RunHereAsync($"mkfifo {said}; : > {heard}");
        await using var pod = RunningProgram.Start(In(Pod, $$"""
            exec 3<> {{said}}
            until busybox nc {{address}} 8000 < /dev/null; do sleep 0.1; done
            exec busybox nc {{address}} 8000 < {{said}} > {{heard}}
            """));
        await SayAsync("before");
        await Deadline.UntilAsync(() => HasHeardAsync("before"), "an echo without the firewall");
        await LoadAsync();
        await SayAsync("behind");
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        (await HasHeardAsync("behind")).ShouldBeFalse();
        await UnloadAsync();
        await Deadline.UntilAsync(() => HasHeardAsync("behind"), "what was held up arrives without the firewall");

        Task SayAsync(string text) => RunHereAsync($"echo {text} > {said}");

        async Task<bool> HasHeardAsync(string text) => (await File.ReadAllTextAsync(heard)).Contains(text);
    }

    /// <summary>The kernel takes whom it hears first, once it listens again, for the one who has connected.</summary>
    [Fact]
    public async Task A_pod_that_has_connected_to_the_machine_does_not_keep_that_when_the_machine_speaks_first()
    {
        await using var machine = RunningProgram.Start(
            In(Machine, "exec busybox nc -ll -p 8000 -e sh -c 'while sleep 0.2; do echo tick; done'"));
        using var files = new TemporaryDirectory();
        var (said, heard) = (files["said"], files["heard"]);
        // Nothing is ever said, so that only the machine speaks.
        await using var pod = RunningProgram.Start(In(Pod, $"""
            mkfifo {said}
            exec 3<> {said}
            until busybox nc 10.5.0.1 8000 <&3 > {heard}; do sleep 0.1; done
            """));
        await Deadline.UntilAsync(() => HasHeardMoreThanAsync(0), "it hears the machine without the firewall");
        await LoadAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        var before = new FileInfo(heard).Length;
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        new FileInfo(heard).Length.ShouldBe(before);
        await UnloadAsync();
        await Deadline.UntilAsync(() => HasHeardMoreThanAsync(before), "it hears the machine again");

        Task<bool> HasHeardMoreThanAsync(long length) =>
            Task.FromResult(File.Exists(heard) && new FileInfo(heard).Length > length);
    }

    /// <summary>
    /// Each of them is one of UDP that nobody answers, so it stays new; those that were refused send again first.
    /// </summary>
    [Fact]
    public async Task A_connection_that_was_let_through_is_not_refused_for_those_that_were_not()
    {
        await RunAsync(Beyond, """
            nft -f - << 'END'
            table inet seen {
              set connections { type inet_service; flags dynamic; counter; }
              chain input { type filter hook input priority 0; udp dport 8000 update @connections { udp sport } drop; }
            }
            END
            """);
        await LoadAsync(new NetworkOptions { MaxConnections = 8 });
        await RunAsync(Pod, $$"""
            exec bash -c '
              for i in {1..20}; do
                exec {connection}<> /dev/udp/{{Outside}}/8000
                first="$first $connection" again="$connection $again"
              done
              for connection in $first $again; do echo hello >&$connection; done
            '
            """);
        var seen = await RunAsync(Beyond, "nft list set inet seen connections");
        seen.Split("counter packets 2 ").Length.ShouldBe(1 + 8, seen);
    }

    [Fact]
    public async Task The_table_can_be_loaded_again_and_is_one_table()
    {
        await LoadAsync();
        await LoadAsync();
        (await RunAsync(Machine, "nft list tables")).Trim().ShouldBe("table inet codius_a_b");
    }

    [Fact]
    public async Task Pods_are_accepted_in_a_foreign_chain_that_drops_and_only_as_long_as_there_are_any()
    {
        await using var server = RunningProgram.Start(In(Beyond, "exec busybox nc -ll -p 8000 -e echo reached"));
        using var files = new TemporaryDirectory();
        var options = new ContainerdOptions { Instance = "a-b", PodSubnet = "10.5.0.0/24", NftPath = files["nft"] };
        File.WriteAllText(files["nft"], $"#!/bin/sh\nexec ip netns exec {Machine} nft \"$@\"\n");
        File.SetUnixFileMode(files["nft"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await Deadline.UntilAsync(AskAsync, "an answer without any firewall");

        await RunAsync(
            Machine, "nft 'table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; }'");
        (await AskAsync()).ShouldBeFalse("the other program's chain drops it");
        var network = new PodNetwork(options, TimeProvider.System, NullLogger<PodNetwork>.Instance);
        (await network.OpenAsync(CancellationToken.None)).Failure.ShouldBeNull();
        (await AskAsync()).ShouldBeTrue();
        (await network.OpenAsync(CancellationToken.None)).Failure.ShouldBeNull();
        (await RunAsync(Machine, "nft list chain ip filter FORWARD")).Split("codius-a-b").Length.ShouldBe(3);
        await network.CloseAsync(CancellationToken.None);
        (await RunAsync(Machine, "nft list ruleset")).ShouldNotContain("codius");
        (await AskAsync()).ShouldBeFalse("what was put there is gone");

        async Task<bool> AskAsync() =>
            (await RunAsync(Pod, $"busybox nc -w 2 {Outside} 8000 < /dev/null 2>&1 || true")).Contains("reached");
    }

    [Fact]
    public void Only_forward_chains_that_drop_what_they_do_not_know_are_foreign_policies()
    {
        const string Listed = """
            {"nftables":[{"metainfo":{"version":"1.0.6"}},
            {"chain":{"family":"ip","table":"filter","name":"FORWARD","handle":1,"type":"filter","hook":"forward","prio":0,"policy":"drop"}},
            {"chain":{"family":"ip","table":"filter","name":"INPUT","handle":2,"type":"filter","hook":"input","prio":0,"policy":"drop"}},
            {"chain":{"family":"inet","table":"other","name":"forward","handle":3,"type":"filter","hook":"forward","prio":0,"policy":"accept"}},
            {"chain":{"family":"ip","table":"filter","name":"DOCKER","handle":4}}]}
            """;
        ForeignPolicies.Read(Listed).ShouldBe([new ForeignChain("ip", "filter", "FORWARD")]);
        ForeignPolicies.Read("no json").ShouldBeEmpty();
    }

    public async ValueTask InitializeAsync() => await RunHereAsync($"""
        for name in {Machine} {Pod} {Beyond}; do ip netns add $name; ip -n $name link set lo up; done
        ip -n {Machine} link add vethpod type veth peer name eth0 netns {Pod}
        ip -n {Machine} link add up0 type veth peer name eth0 netns {Beyond}
        ip -n {Machine} addr add 10.5.0.1/32 dev vethpod; ip -n {Machine} link set vethpod up
        ip -n {Machine} addr add 11.22.33.1/24 dev up0; ip -n {Machine} link set up0 up
        ip -n {Machine} route add 10.5.0.2/32 dev vethpod src 10.5.0.1
        ip netns exec {Machine} sysctl -q net.ipv4.ip_forward=1
        ip -n {Pod} addr add 10.5.0.2/32 dev eth0; ip -n {Pod} link set eth0 up
        ip -n {Pod} route add 10.5.0.1/32 dev eth0; ip -n {Pod} route add default via 10.5.0.1 src 10.5.0.2
        ip -n {Beyond} addr add {Outside}/24 dev eth0; ip -n {Beyond} link set eth0 up
        ip -n {Beyond} route add default via 11.22.33.1
        """);

    public async ValueTask DisposeAsync() =>
        await RunHereAsync($"for name in {Machine} {Pod} {Beyond}; do ip netns del $name; done");

    private async Task LoadAsync(NetworkOptions? network = null)
    {
        var table = FirewallRules.Table(
            "a-b", IPNetwork.Parse("10.5.0.0/24"), ["1.1.1.1"], network ?? new NetworkOptions());
        await RunAsync(Machine, $"nft -f - << 'END'\n{table}END");
    }

    private Task UnloadAsync() => RunAsync(Machine, "nft delete table inet codius_a_b");

    private static ProgramStart In(string network, string script) =>
        new("ip", "netns", "exec", network, "sh", "-c", script);

    private static async Task<string> RunAsync(string network, string script) =>
        (await RunningProgram.RunAsync(In(network, script))).EnsureSuccess().Output;

    private static async Task RunHereAsync(string script) =>
        (await RunningProgram.RunAsync(new ProgramStart("sh", "-ec", script))).EnsureSuccess();
}
