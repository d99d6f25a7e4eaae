using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Processes;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>
/// What a reboot leaves: the root directory, and nothing of processes, mounts and the state directory.
/// </summary>
[Trait("Suite", "runtime")]
public sealed class RebootTests(ContainerdFixture fixture) : IClassFixture<ContainerdFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_reboot_pods_are_listed_as_dead_and_can_be_removed_and_started_anew()
    {
        var before = await MachineTraces.CountAsync(fixture.Options);
        var pod = await StartAsync();
        await RebootAsync();
        await fixture.ReopenAsync();

        var dead = (await fixture.Runtime.ListAsync(Stop)).ShouldHaveSingleItem();
        dead.Id.ShouldBe(pod.Id);
        dead.Manifest.ShouldBe(pod.Manifest);
        dead.AllRunning.ShouldBeFalse();
        await fixture.Runtime.StopAsync(pod.Id, TimeSpan.FromSeconds(1), Stop);
        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
        (await fixture.Runtime.ListAsync(Stop)).ShouldBeEmpty();

        var again = await StartAsync();
        again.AllRunning.ShouldBeTrue();
        await fixture.Runtime.RemoveAsync(again.Id, Stop);
        await Deadline.UntilAsync(
            async () =>
                (await MachineTraces.CountAsync(fixture.Options)).IsNoMoreThan(before), $"nothing more than {before}");
    }

    private async Task RebootAsync()
    {
        await fixture.Runtime.DisposeAsync();
        var state = fixture.Options.StateDirectory;
        var cgroups = Cgroups.PodCgroups.OfThisMachine(fixture.Options.Instance);
        HostProcess.Kill(int.Parse(await File.ReadAllTextAsync(Path.Combine(state, "containerd.pid"), Stop)));
        foreach (var process in ProcessesThatName(state).Concat(cgroups.List().SelectMany(cgroups.Processes)))
            HostProcess.Kill(process);
        await Deadline.UntilAsync(
            () => Task.FromResult(cgroups.List().All(cgroups.TryRemove)), "the end of all processes");
        foreach (var mount in File.ReadLines("/proc/self/mounts")
            .Select(l => l.Split(' ')[1])
            .Where(m => m.StartsWith(state))
            .ToList())
            await RunningProgram.RunAsync(new ProgramStart("umount", "-l", mount));
        Directory.Delete(state, recursive: true);
    }

    private static IEnumerable<int> ProcessesThatName(string text)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc")
            .Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            var file = Path.Combine(directory, "cmdline");
            if (File.Exists(file) && File.ReadAllText(file).Contains(text))
                yield return int.Parse(Path.GetFileName(directory));
        }
    }

    private async Task<PodStatus> StartAsync()
    {
        var id = PodId.New();
        var container = new ContainerSpec("app", fixture.Image, null, null, new Dictionary<string, string>());
        var spec = new PodSpec(id, ManifestHash.OfCanonicalJson("{}"u8), ResourceLimits.Small, [container]);
        (await fixture.Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await fixture.Runtime.StartAsync(id, Stop)).Succeeded(out var pod, out var failure)
            .ShouldBeTrue(failure?.Message);
        return pod!;
    }
}
