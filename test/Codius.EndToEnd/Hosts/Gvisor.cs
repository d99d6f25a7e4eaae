using Codius.Testing.Processes;

namespace Codius.EndToEnd.Hosts;

/// <summary>gVisor in its variant for tests, which is kept from one run to the next since it never changes.</summary>
internal static class Gvisor
{
    private const string Directory = "/var/tmp/codius-test-gvisor";

    public const string Program = Directory + "/runsc";

    public static async Task EnsureInstalledAsync()
    {
        var install = new ProgramStart(Repository.PathOf("test", "tools", "install-gvisor.sh"), Directory);
        (await RunningProgram.RunAsync(install, TimeSpan.FromMinutes(2))).EnsureSuccess();
    }
}
