using Codius.Testing.Processes;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>
/// What is beyond the machine, as a network namespace of its own: an address of the public Internet, one of a private
/// network and the one where clouds give away metadata, each with a server that says "reached". The machine has one way
/// to each of them, so tests with an outside run one after another.
/// </summary>
internal sealed class OutsideNetwork : IAsyncDisposable
{
    /// <summary>The collection of the tests that have an outside.</summary>
    public const string Alone = "outside network";

    public const string Public = "11.22.33.44";
    public const string Private = "172.20.30.40";
    public const string Metadata = "169.254.169.254";

    /// <summary>Another one that says "reached".</summary>
    public const int OtherPort = 84;

    /// <summary>Where a connection is answered and stays open.</summary>
    public const int StayingPort = 81;

    /// <summary>Where <see cref="Amount"/> bytes are sent to whoever connects.</summary>
    public const int SendingPort = 82;

    /// <summary>Where so many bytes are taken and their number is answered.</summary>
    public const int TakingPort = 83;

    public const int Amount = 8_000_000;

    /// <summary>What <see cref="StartNameServerAsync"/> says of every name in .example.</summary>
    public const string NamedAddress = "11.22.33.55";

    /// <summary>
    /// The machine, as the way back. Not by proxy ARP: the kernel delays those answers at random, and forgets those
    /// that wait whenever any interface of the machine goes down, as those of other tests' pods do all the time.
    /// </summary>
    public const string Machine = "172.20.30.1";

    private readonly string _name;
    private readonly List<RunningProgram> _servers = [];

    private OutsideNetwork(string name) => _name = name;

    public static async Task<OutsideNetwork> CreateAsync(string instance)
    {
        var network = new OutsideNetwork("out" + instance.Replace("-", ""));
        // Not called veth*, as the machine's other interfaces are not.
        await RunAsync($$"""
            ip netns add {{network._name}}
            ip link add {{network._name}} type veth peer name up0 netns {{network._name}}
            ip addr add {{Machine}}/32 dev {{network._name}}
            ip link set {{network._name}} up
            ip -n {{network._name}} link set lo up
            ip -n {{network._name}} link set up0 up
            for address in {{Public}} {{Private}} {{Metadata}}; do
              ip -n {{network._name}} addr add $address/32 dev up0
              ip route replace $address/32 dev {{network._name}} src {{Machine}}
            done
            ip -n {{network._name}} route add default via {{Machine}} dev up0 onlink
            ip netns exec {{network._name}} sysctl -q net.ipv4.conf.all.arp_ignore=0
            """);
        foreach (var port in new[] { 80, 25, OtherPort })
            network._servers.Add(network.Serve(port, "echo reached"));
        network._servers.Add(network.Serve(StayingPort, "echo reached; exec sleep 60"));
        network._servers.Add(network.Serve(SendingPort, $"exec head -c {Amount} /dev/zero"));
        network._servers.Add(network.Serve(TakingPort, $"head -c {Amount} | wc -c"));
        return network;
    }

    /// <summary>A name server out there, or on the machine itself at <see cref="Machine"/>.</summary>
    public async Task StartNameServerAsync(bool onMachine = false)
    {
        const string Server = "dnsmasq --keep-in-foreground --user=root --conf-file=/dev/null --no-resolv --no-hosts "
            + $"--bind-interfaces --address=/example/{NamedAddress} --pid-file= --log-facility=- ";
        var server = onMachine
            ? RunningProgram.Start(new ProgramStart("sh", "-c", $"exec {Server} --listen-address={Machine}"))
            : Start("exec " + Server);
        _servers.Add(server);
        await Deadline.UntilAsync(() => server.ErrorLines.Any(l => l.Contains("started")), "the name server");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        // Whoever was connected last has a process of his own there.
        await RunAsync($"ip netns pids {_name} | xargs -r kill -KILL; ip link del {_name}; ip netns del {_name}");
    }

    private RunningProgram Serve(int port, string script) =>
        Start($"exec busybox nc -ll -p {port} -e sh -c '{script}'");

    private RunningProgram Start(string script) =>
        RunningProgram.Start(new ProgramStart("ip", "netns", "exec", _name, "sh", "-c", script));

    private static async Task RunAsync(string script) =>
        (await RunningProgram.RunAsync(new ProgramStart("sh", "-ec", script))).EnsureSuccess();
}
