using Codius.Testing.Processes;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>The same with gVisor in its variant for tests.</summary>
public sealed class GvisorFixture : ContainerdFixture
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
        var install = new ProgramStart(Repository.PathOf("test", "tools", "install-gvisor.sh"), Directory);
        (await RunningProgram.RunAsync(install, TimeSpan.FromMinutes(2))).EnsureSuccess();
        await base.InitializeAsync();
    }
}
