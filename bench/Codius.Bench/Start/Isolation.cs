using Codius.Testing.Processes;

namespace Codius.Bench.Start;

/// <summary>What pods run in: runc, or gVisor in its variant for tests.</summary>
public sealed record Isolation(string Name, string Handler)
{
    private const string Directory = "/var/tmp/codius-test-gvisor";

    public static Isolation Runc { get; } = new("runc", "runc");

    public static Isolation Gvisor { get; } = new("gvisor", "runsc");

    public static IReadOnlyList<Isolation> All { get; } = [Runc, Gvisor];

    public async Task<BenchHost> StartHostAsync(params IReadOnlyList<string> settings)
    {
        if (this == Runc)
            return await BenchHost.StartAsync(Handler, settings: settings);
        var install = new ProgramStart(Repository.PathOf("test", "tools", "install-gvisor.sh"), Directory);
        (await RunningProgram.RunAsync(install, TimeSpan.FromMinutes(3))).EnsureSuccess();
        return await BenchHost.StartAsync(Handler, Path.Combine(Directory, "runsc"), settings: settings);
    }
}
