using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>Pods that move into sandboxes which stood ready, whatever isolates them.</summary>
public abstract class WarmPods(ContainerdFixture fixture)
{
    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Programs_cannot_tell_that_their_sandbox_was_there_before()
    {
        await fixture.UntilWarmAsync();
        var pod = await StartAsync(
            NewId(),
            "hostname; echo $HOSTNAME; cat /etc/hostname /proc/sys/kernel/hostname; "
            + "grep -c $(hostname) /etc/hosts; sleep 1000");
        var name = pod.Manifest.Value;
        List<string> lines = [];
        await Deadline.UntilAsync(async () => (lines = await LinesAsync(pod.Id)).Count == 5, "five lines");
        lines.ShouldBe([name, name, name, name, "1"]);
        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
    }

    protected PodId NewId() => fixture.Runtime.NewId(ResourceLimits.Small);

    protected async Task<PodStatus> StartAsync(PodId id, string script = "sleep 1000")
    {
        var container = new ContainerSpec(
            "app", fixture.Image, ShellProgram.Script(script), null, new Dictionary<string, string>());
        var spec = new PodSpec(id, ManifestHash.OfCanonicalJson("{}"u8), ResourceLimits.Small, [container]);
        (await fixture.Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await fixture.Runtime.StartAsync(id, Stop)).Succeeded(out var pod, out var failure)
            .ShouldBeTrue(failure?.Message);
        return pod!;
    }

    protected async Task<List<string>> LinesAsync(PodId id)
    {
        var lines = new List<string>();
        await foreach (var line in fixture.Runtime.ReadLogsAsync(id, new LogQuery(), Stop))
            lines.Add(line.Text);
        return lines;
    }
}
