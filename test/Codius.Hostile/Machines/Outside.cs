using Codius.Hostile.Machines;
using Codius.Testing.Processes;
using Xunit;

[assembly: AssemblyFixture(typeof(Outside))]

namespace Codius.Hostile.Machines;

/// <summary>
/// What is beyond the machine, as a network namespace of its own: addresses of the public Internet, of every kind of
/// private network and of cloud metadata, each with servers that say "reached". Beside it are two more namespaces with
/// every capability: a pod whose walls have fallen, with a link that is called as those of pods are, and the control,
/// a neighbour whose link the firewall for pods does not know.
/// </summary>
public sealed class Outside : IAsyncLifetime
{
    public const string Public = "11.22.33.55";

    /// <summary>It takes any number of connections, and says nothing.</summary>
    public const int PatientPort = 81;

    private static readonly string Name = $"hostile{Environment.ProcessId % 10000}";
    private readonly TemporaryDirectory _files = new();
    private readonly List<RunningProgram> _servers = [];
    private RunningProgram _datagrams = null!;

    /// <summary>By what they are.</summary>
    public static IReadOnlyDictionary<string, string> Others { get; } = new Dictionary<string, string>
    {
        ["10/8"] = "10.9.8.7",
        ["172.16/12"] = "172.21.30.40",
        ["192.168/16"] = "192.168.77.40",
        ["100.64/10"] = "100.64.9.9",
        ["metadata"] = "169.254.169.254",
        ["documentation"] = "198.51.100.77",
        ["benchmarks"] = "198.18.7.7",
    };

    /// <summary>The machine's own address on the way there.</summary>
    public static string Machine => "172.21.30.1";

    /// <summary>The namespace whose link is called as a pod's.</summary>
    public static string Fallen => Name + "f";

    /// <summary>The namespace whose link is not.</summary>
    public static string Neighbour => Name + "n";

    /// <summary>The interface at either end of the neighbour's link.</summary>
    public static string NeighbourLink => Name + "l";

    private static string FallenLink => "veth" + Name;

    /// <summary>The attacker's program, for the namespaces.</summary>
    public string Program => _files["attack"];

    /// <summary>Datagrams that have come to port 53 of the public address, as "source text".</summary>
    public IReadOnlyList<string> Datagrams => _datagrams.OutputLines;

    public async ValueTask InitializeAsync()
    {
        var addresses = string.Join(' ', Others.Values.Append(Public));
        await ShellAsync($$"""
            ip netns add {{Name}}
            ip link add {{Name}} type veth peer name up0 netns {{Name}}
            ip addr add {{Machine}}/32 dev {{Name}}
            ip link set {{Name}} up
            ip -n {{Name}} link set lo up
            ip -n {{Name}} link set up0 up
            for address in {{addresses}}; do
              ip -n {{Name}} addr add $address/32 dev up0
              ip route replace $address/32 dev {{Name}} src {{Machine}}
            done
            ip -n {{Name}} route add default via {{Machine}} dev up0 onlink
            beside() { # namespace, link, subnet
              ip netns add $1
              ip link add $2 type veth peer name $2 netns $1
              ip link set $2 up
              ip addr add $3.1/32 dev $2
              ip route replace $3.2/32 dev $2 src $3.1
              ip -n $1 addr add $3.2/24 dev $2
              ip -n $1 link set $2 up
              ip -n $1 route add default via $3.1
            }
            beside {{Neighbour}} {{NeighbourLink}} 172.21.31
            beside {{Fallen}} {{FallenLink}} 172.21.32
            """);
        await AttackProgram.CompileAsync(Program);
        foreach (var port in new[] { 80, 25, 465, 587 })
            _servers.Add(Serve($"exec busybox nc -ll -p {port} -e echo reached"));
        _servers.Add(Serve($"exec {Program} listen {PatientPort}"));
        _datagrams = Serve($"exec {Program} datagrams 53");
        _servers.Add(_datagrams);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        await ShellAsync($$"""
            for link in {{Name}} {{NeighbourLink}} {{FallenLink}}; do ip link del $link; done
            for namespace in {{Name}} {{Neighbour}} {{Fallen}}; do ip netns del $namespace; done
            """);
        _files.Dispose();
    }

    /// <summary>All that a script prints that runs outside, at the public address.</summary>
    public static Task<string> RunAsync(string script) => InNamespaceAsync(Name, script);

    /// <summary>All that a script of the machine prints in a network namespace, with every capability there.</summary>
    public static async Task<string> InNamespaceAsync(string name, string script)
    {
        var result = await RunningProgram.RunAsync(new ProgramStart("ip", "netns", "exec", name, "sh", "-c", script));
        return result.Output + result.Error;
    }

    private static RunningProgram Serve(string script) =>
        RunningProgram.Start(new ProgramStart("ip", "netns", "exec", Name, "sh", "-c", script));

    private static async Task ShellAsync(string script) =>
        (await RunningProgram.RunAsync(new ProgramStart("sh", "-ec", script))).EnsureSuccess();
}
