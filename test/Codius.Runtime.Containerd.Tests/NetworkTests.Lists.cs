using System.Net;
using System.Net.Sockets;
using Codius.Runtime.Containerd.Network;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>What the operator opens and closes, and the name servers that he names.</summary>
public abstract partial class NetworkTests
{
    [Fact]
    public async Task What_the_operator_blocks_is_closed_and_what_he_allows_is_open_at_the_port_that_he_names()
    {
        await using var outside = await OutsideNetwork.CreateAsync(fixture.Options.Instance);
        await ShouldBeAsync(
            new NetworkOptions(), publicWeb: true, publicOther: true, privateWeb: false, privateOther: false);
        await ShouldBeAsync(
            new NetworkOptions
            { Allowed = [$"{OutsideNetwork.Private}:80"], Blocked = ["11.22.33.0/24:80", "11.22.32.0/23:80"] },
            publicWeb: false,
            publicOther: true,
            privateWeb: true,
            privateOther: false);
        await ShouldBeAsync(
            new NetworkOptions { Allowed = ["172.20.0.0/16"], Blocked = [OutsideNetwork.Public] },
            publicWeb: false,
            publicOther: false,
            privateWeb: true,
            privateOther: true);
        await ShouldBeAsync(
            new NetworkOptions { Allowed = [$"{OutsideNetwork.Public}:80"], Blocked = ["0.0.0.0/0"] },
            publicWeb: true,
            publicOther: false,
            privateWeb: false,
            privateOther: false);
    }

    [Fact]
    public async Task Whatever_is_allowed_the_machine_and_other_pods_stay_closed()
    {
        await using var outside = await OutsideNetwork.CreateAsync(fixture.Options.Instance);
        var neighbour = await StartAsync(Listener(8081));
        using var machine = new TcpListener(IPAddress.Parse(OutsideNetwork.Machine), 0);
        machine.Start();
        _ = AcceptAsync(machine);
        var targets = new Dictionary<string, (string Address, int Port, string Expected)>
        {
            ["a private network"] = (OutsideNetwork.Private, 80, Reached),
            ["the machine"] = (OutsideNetwork.Machine, ((IPEndPoint)machine.LocalEndpoint).Port, Blocked),
            ["another pod"] = (neighbour.Address!.ToString(), 8081, Blocked),
        };
        await WithAsync(new NetworkOptions { Allowed = ["0.0.0.0/0"] }, [], async () =>
            (await AskAsync(targets))
                .ShouldBe(targets.ToDictionary(t => t.Key, t => t.Value.Expected), ignoreOrder: true));
        await fixture.Runtime.RemoveAsync(neighbour.Id, Stop);
    }

    [Fact]
    public async Task Names_are_resolved_by_a_server_of_the_internet_of_a_private_network_or_of_the_machine()
    {
        await using var outside = await OutsideNetwork.CreateAsync(fixture.Options.Instance);
        await outside.StartNameServerAsync();
        await outside.StartNameServerAsync(onMachine: true);
        string[] all = [OutsideNetwork.Public, OutsideNetwork.Private, OutsideNetwork.Machine];
        foreach (var server in all)
        {
            await WithAsync(new NetworkOptions(), [server], async () =>
            {
                var others = all.Where(o => o != server && o != OutsideNetwork.Public).ToList();
                var answers = await ResolveAsync(["", .. others]);
                answers[""].ShouldBeTrue($"{server} is asked");
                foreach (var other in others)
                    answers[other].ShouldBeFalse($"{other} is not named, and closed");
            });
        }

        // The names of the Internet are asked of any server there is, also past the pod's own.
        await WithAsync(new NetworkOptions(), [OutsideNetwork.Private], async () =>
        {
            (await ResolveAsync([OutsideNetwork.Public]))[OutsideNetwork.Public].ShouldBeTrue();
            var web = (Address: OutsideNetwork.Private, Port: 80, Expected: Blocked);
            (await AskAsync(new() { ["its web"] = web }))["its web"].ShouldBe(Blocked, "only port 53 is open");
        });
    }

    // Of all servers at once, since one that does not answer is waited for; without a name it is the pod's own.
    private async Task<Dictionary<string, bool>> ResolveAsync(IReadOnlyCollection<string> servers)
    {
        var questions = servers.Select(server =>
            $"(echo \"{server} $(nslookup -type=a pods.example {server} 2> /dev/null "
            + $"| grep -c {OutsideNetwork.NamedAddress})\") & ");
        var lines = await RunAsync(string.Concat(questions) + "wait", servers.Count);
        return lines.Select(line => line.Text.Split(' ')).ToDictionary(words => words[0], words => words[1] != "0");
    }

    private Task ShouldBeAsync(
        NetworkOptions network, bool publicWeb, bool publicOther, bool privateWeb, bool privateOther) =>
        WithAsync(network, [], async () =>
        {
            var targets = new Dictionary<string, (string Address, int Port, string Expected)>
            {
                ["public web"] = (OutsideNetwork.Public, 80, Say(publicWeb)),
                ["public other"] = (OutsideNetwork.Public, OutsideNetwork.OtherPort, Say(publicOther)),
                ["private web"] = (OutsideNetwork.Private, 80, Say(privateWeb)),
                ["private other"] = (OutsideNetwork.Private, OutsideNetwork.OtherPort, Say(privateOther)),
            };
            (await AskAsync(targets))
                .ShouldBe(targets.ToDictionary(t => t.Key, t => t.Value.Expected), ignoreOrder: true);
        });

    private static string Say(bool open) => open ? Reached : Blocked;
}
