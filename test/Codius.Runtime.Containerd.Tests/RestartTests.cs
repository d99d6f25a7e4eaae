using System.Globalization;
using Codius.Core;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>What pods and hosts see of a containerd that is killed, and of hosts that follow each other.</summary>
[Trait("Suite", "runtime")]
public sealed class RestartTests(ContainerdFixture fixture) : IClassFixture<ContainerdFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pods_serve_while_containerd_is_killed_and_the_runtime_goes_on_with_a_new_one()
    {
        var pod = await StartAsync(command: null);
        await AnswersAsync(pod);
        await using var watch = new ExitWatch(fixture.Runtime);
        var job = await StartAsync(ShellProgram.Script("until [ -e /tmp/end ]; do sleep 0.2; done; exit 5"));

        var killed = KillContainerd();
        await AnswersAsync(pod);
        await Deadline.UntilAsync(
            () => Task.FromResult(ProcessOfContainerd() is { } now && now != killed), "a new containerd");
        await AnswersAsync(pod);

        (await fixture.Runtime.GetStatusAsync(pod.Id, Stop)).ShouldNotBeNull().AllRunning.ShouldBeTrue();
        (await fixture.Runtime.ListAsync(Stop)).Select(p => p.Id).ShouldContain(job.Id);
        var later = await StartAsync(command: null);
        await AnswersAsync(later);
        await fixture.Runtime.StopAsync(job.Id, TimeSpan.Zero, Stop);
        (await watch.NextAsync(job.Id, "app").WaitAsync(fixture.Patience, Stop)).ExitCode.ShouldBe(137);
        await RemoveAsync(pod, job, later);
    }

    [Fact]
    public async Task A_paused_pod_stays_so_while_containerd_is_killed_and_serves_when_it_is_resumed()
    {
        var pod = await StartAsync(command: null);
        await AnswersAsync(pod);
        await fixture.Runtime.PauseAsync(pod.Id, Stop);
        var killed = KillContainerd();
        await Deadline.UntilAsync(
            () => Task.FromResult(ProcessOfContainerd() is { } now && now != killed), "a new containerd");
        (await fixture.Runtime.GetStatusAsync(pod.Id, Stop)).ShouldNotBeNull().SandboxReady.ShouldBeTrue();
        using var http = new HttpClient { Timeout = TimeSpan.FromMilliseconds(300) };
        await Should.ThrowAsync<OperationCanceledException>(
            http.GetStringAsync(new Uri($"http://{pod.Address}:8080/"), Stop));
        await fixture.Runtime.ResumeAsync(pod.Id, Stop);
        await AnswersAsync(pod);
        await RemoveAsync(pod);
    }

    [Fact]
    public async Task An_exit_while_containerd_was_away_is_reported_with_its_code()
    {
        await using var watch = new ExitWatch(fixture.Runtime);
        var job = await StartAsync(ShellProgram.Script("sleep 1; exit 6"));
        KillContainerd();
        (await watch.NextAsync(job.Id, "app").WaitAsync(fixture.Patience, Stop)).ExitCode.ShouldBe(6);
        await RemoveAsync(job);
    }

    [Fact]
    public async Task An_image_that_a_killed_containerd_was_taking_in_is_not_blamed_and_comes_later()
    {
        using var files = new TemporaryDirectory();
        var archive = LayeredImage.Write(files["image.tar"], LayeredImage.Noise(15 * 1024 * 1024));
        var image = ContainerdFixture.Reference(await fixture.Registry.PushAsync(archive, "apps/noise"));
        var pulling = fixture.Runtime.PullAsync(image, Stop);
        var parts = Path.Combine(fixture.Options.RootDirectory, "store/io.containerd.content.v1.content/ingest");
        await Deadline.UntilAsync(
            () => pulling.IsCompleted || Directory.EnumerateDirectories(parts).Any(), "containerd takes it in");
        KillContainerd();
        // It may have been done just before.
        if ((await pulling).Failure is { } failure)
        {
            failure.Kind.ShouldBe(FailureKind.RuntimeUnavailable, failure.Message);
            failure.Blame.ShouldBe(Blame.Host);
            failure.Retryable.ShouldBeTrue();
        }

        await Deadline.UntilAsync(
            async () => (await fixture.Runtime.PullAsync(image, Stop)).Failure is null, "the new containerd takes it");
    }

    [Fact]
    public async Task A_host_that_ends_leaves_containerd_and_pods_running_for_the_next_one()
    {
        var pod = await StartAsync(command: null);
        await AnswersAsync(pod);
        var containerd = ProcessOfContainerd();
        await fixture.Runtime.DisposeAsync();
        await AnswersAsync(pod);
        await fixture.ReopenAsync();
        ProcessOfContainerd().ShouldBe(containerd);
        (await fixture.Runtime.GetStatusAsync(pod.Id, Stop)).ShouldNotBeNull().AllRunning.ShouldBeTrue();
        await RemoveAsync(pod);
    }

    [Fact]
    public async Task Two_hosts_cannot_have_the_same_directory()
    {
        await using var second = new ContainerdPodRuntime(
            fixture.Options, TimeProvider.System, NullLoggerFactory.Instance);
        (await second.OpenAsync(Stop)).Failure.ShouldNotBeNull().Message.ShouldContain("in use by another host");
    }

    [Fact]
    public async Task What_a_crash_left_of_a_pod_that_containerd_does_not_know_is_removed_at_the_next_start()
    {
        var id = PodId.New();
        Directory.CreateDirectory(Path.Combine(fixture.Options.RootDirectory, "pods", id.Value, "logs"));
        var cgroups = Cgroups.PodCgroups.OfThisMachine(fixture.Options.Instance);
        cgroups.Create(id, ResourceLimits.Small);
        await fixture.ReopenAsync();
        cgroups.List().ShouldNotContain(id);
        Directory.Exists(Path.Combine(fixture.Options.RootDirectory, "pods", id.Value)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_shim_that_was_begun_for_nothing_is_ended_at_the_next_start_and_those_of_pods_are_not()
    {
        var pod = await StartAsync(command: null);
        using var bundle = new TemporaryDirectory();
        await BeginShimAsync(bundle.Path, "begun-for-nothing");
        Shims().ShouldContain(line => line.Contains("begun-for-nothing"));
        await fixture.ReopenAsync();
        await Deadline.UntilAsync(
            () => Task.FromResult(!Shims().Any(line => line.Contains("begun-for-nothing"))), "the shim has ended");
        Shims().ShouldHaveSingleItem();
        await AnswersAsync(pod);
        await RemoveAsync(pod);
    }

    // As containerd does, but with a bundle somewhere else: it reads what the shim says from a pipe called log.
    private async Task BeginShimAsync(string bundle, string id)
    {
        const string Script = """
            cd "$1" && echo '{"ociVersion":"1.0.2"}' > config.json && mkfifo log && { cat log > /dev/null 2>&1 & }
            containerd-shim-runc-v2 -namespace k8s.io -id "$2" -address "$3" start
            """;
        var begun = await Processes.HostCommand.RunShellAsync(Script, [bundle, id, fixture.Options.SocketPath], Stop);
        begun.Succeeded.ShouldBeTrue(begun.Output);
    }

    private List<string> Shims() =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => string.Join(' ', Processes.HostProcess.CommandLine(id)))
            .Where(line => line.Contains("containerd-shim") && line.Contains(fixture.Options.SocketPath))];

    private int KillContainerd()
    {
        var process = ProcessOfContainerd().ShouldNotBeNull();
        Processes.HostProcess.Kill(process);
        return process;
    }

    private int? ProcessOfContainerd()
    {
        var file = Path.Combine(fixture.Options.StateDirectory, "containerd.pid");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var id)
            && Directory.Exists($"/proc/{id}") ? id : null;
    }

    private async Task<PodStatus> StartAsync(IReadOnlyList<string>? command)
    {
        var id = PodId.New();
        var container = new ContainerSpec("app", fixture.Image, command, null, new Dictionary<string, string>());
        var spec = new PodSpec(id, ManifestHash.OfCanonicalJson("{}"u8), ResourceLimits.Small, [container]);
        (await fixture.Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await fixture.Runtime.StartAsync(id, Stop)).Succeeded(out var pod, out var failure)
            .ShouldBeTrue(failure?.Message);
        return pod!;
    }

    private async Task RemoveAsync(params PodStatus[] pods)
    {
        foreach (var pod in pods)
            await fixture.Runtime.RemoveAsync(pod.Id, Stop);
    }

    private static async Task AnswersAsync(PodStatus pod)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Deadline.UntilAsync(
            async () =>
            {
                try
                {
                    return (await http.GetStringAsync(new Uri($"http://{pod.Address}:8080/"), Stop)).Contains("Hello");
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "an answer of the pod");
    }
}
