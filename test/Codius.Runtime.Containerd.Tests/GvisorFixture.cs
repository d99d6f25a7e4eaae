using Codius.Testing.Processes;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>The same with gVisor in its variant for tests.</summary>
public class GvisorFixture : ContainerdFixture
{
    /// <summary>Kept from one run to the next, since it never changes.</summary>
    private const string Directory = "/var/tmp/codius-test-gvisor";

    public GvisorFixture()
    {
        Options.RuntimeHandler = "runsc";
        Options.RuntimePath = Path.Combine(Directory, "runsc");
    }

    public override async ValueTask InitializeAsync()
    {
        await InstallAsync();
        await base.InitializeAsync();
    }

    /// <summary>Puts it in place if it is not there yet, and says where.</summary>
    public static async Task<string> InstallAsync()
    {
        var install = new ProgramStart(Repository.PathOf("test", "tools", "install-gvisor.sh"), Directory);
        (await RunningProgram.RunAsync(install, TimeSpan.FromMinutes(2))).EnsureSuccess();
        return Path.Combine(Directory, "runsc");
    }
}
