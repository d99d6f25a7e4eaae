using Codius.Core;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.Testing.Runtime;

/// <summary>What every <see cref="IPodRuntime"/> does. A class for each runtime runs these tests against it.</summary>
public abstract partial class PodRuntimeConformance(IPodRuntimeHarness harness) : IAsyncLifetime
{
    private static int _manifests;
    private readonly List<PodId> _pods = [];

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected IPodRuntime Runtime => harness.Runtime;

    [Fact]
    public async Task An_image_that_is_present_is_pulled_without_asking_its_registry()
    {
        (await Runtime.PullAsync(harness.Image, Stop)).Succeeded(out var pulled, out _).ShouldBeTrue();
        pulled!.Image.ShouldBe(harness.Image);
    }

    [Fact]
    public async Task Pulling_a_missing_image_fails_and_says_which()
    {
        var failure = (await Runtime.PullAsync(harness.MissingImage, Stop)).Failure.ShouldNotBeNull();
        failure.Kind.ShouldBe(FailureKind.ImageNotFound);
        failure.Blame.ShouldBe(Blame.Caller);
        failure.Message.ShouldContain(harness.MissingImage.ToString());
    }

    [Fact]
    public async Task A_created_pod_does_not_run_yet()
    {
        var pod = await CreateAsync(Container(Step.Stay));
        pod.SandboxReady.ShouldBeTrue();
        pod.Address.ShouldNotBeNull();
        pod.AllRunning.ShouldBeFalse();
        pod.Containers.ShouldHaveSingleItem().Phase.ShouldBe(ContainerPhase.Created);
    }

    [Fact]
    public async Task A_started_pod_runs()
    {
        var pod = await StartAsync(Container(Step.Stay));
        pod.AllRunning.ShouldBeTrue();
        pod.Containers.ShouldHaveSingleItem().StartedAt.ShouldNotBeNull();
        (await StatusAsync(pod.Id)).AllRunning.ShouldBeTrue();
    }

    [Fact]
    public async Task A_pod_created_twice_is_one_pod()
    {
        var spec = Spec(Container(Step.Stay));
        (await Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await Runtime.ListAsync(Stop)).Count(p => p.Id == spec.Id).ShouldBe(1);
    }

    [Fact]
    public async Task A_pod_that_does_not_exist_cannot_be_started_and_has_no_status()
    {
        (await Runtime.StartAsync(PodId.New(), Stop)).Failure.ShouldNotBeNull().Kind.ShouldBe(FailureKind.NotFound);
        (await Runtime.GetStatusAsync(PodId.New(), Stop)).ShouldBeNull();
        (await Runtime.GetStatsAsync(PodId.New(), Stop)).ShouldBeNull();
        (await LinesAsync(PodId.New())).ShouldBeEmpty();
    }

    [Fact]
    public async Task Containers_keep_the_order_and_names_of_the_manifest()
    {
        var pod = await StartAsync(
            Container("web", Step.Stay), Container("cache", Step.Stay), Container("agent", Step.Stay));
        pod.AllRunning.ShouldBeTrue();
        pod.Containers.Select(c => c.Name).ShouldBe(["web", "cache", "agent"]);
    }

    [Fact]
    public async Task Several_pods_of_one_manifest_run_side_by_side()
    {
        var manifest = NextManifest();
        var pods = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync(manifest, Container(Step.Stay))));
        pods.ShouldAllBe(p => p.AllRunning && p.Manifest == manifest);
        (await Runtime.ListAsync(Stop)).Count(p => p.Manifest == manifest).ShouldBe(4);
    }

    [Fact]
    public async Task The_next_life_of_the_host_finds_its_pods_as_they_were()
    {
        var spec = Spec(Container("web", Step.Out("before"), Step.Stay), Container("job", Step.Exit(4)));
        await StartAsync(spec);
        await ExitedAsync(spec.Id, "job");

        await harness.ReopenAsync();

        var found = (await Runtime.ListAsync(Stop)).Single(p => p.Id == spec.Id);
        found.Manifest.ShouldBe(spec.Manifest);
        found.SandboxReady.ShouldBeTrue();
        found.Address.ShouldNotBeNull();
        found.Containers.Select(c => (c.Name, c.Phase, c.ExitCode))
            .ShouldBe([("web", ContainerPhase.Running, null), ("job", ContainerPhase.Exited, 4)]);
        (await LinesAsync(spec.Id)).ShouldContain("before");
    }

    [Fact]
    public async Task Uncaging_is_harmless_for_pods_that_are_gone()
    {
        var pod = await StartAsync(Container(Step.Stay));
        await Runtime.UncageAsync(pod.Id, Stop);
        await Runtime.UncageAsync(PodId.New(), Stop);
        (await StatusAsync(pod.Id)).AllRunning.ShouldBeTrue();
    }

    [Fact]
    public async Task A_running_pod_has_stats()
    {
        var pod = await StartAsync(Container(Step.Stay));
        var stats = (await Runtime.GetStatsAsync(pod.Id, Stop)).ShouldNotBeNull();
        stats.CpuTime.ShouldBeGreaterThan(TimeSpan.Zero);
        stats.MemoryBytes.ShouldBeGreaterThan(0);
        stats.Pids.ShouldBeGreaterThan(0);
    }

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var id in _pods)
            await Runtime.RemoveAsync(id, CancellationToken.None);
        GC.SuppressFinalize(this);
    }

    protected static ManifestHash NextManifest() =>
        ManifestHash.OfCanonicalJson(BitConverter.GetBytes(Interlocked.Increment(ref _manifests)));

    protected ContainerSpec Container(params Step[] steps) => Container("app", steps);

    protected ContainerSpec Container(string name, params Step[] steps) =>
        new(name, harness.Image, harness.Command(steps), null, new Dictionary<string, string>());

    protected PodSpec Spec(params ContainerSpec[] containers) => Spec(NextManifest(), containers);

    protected PodSpec Spec(ManifestHash manifest, params ContainerSpec[] containers)
    {
        var id = Runtime.NewId(ResourceLimits.Small);
        lock (_pods)
            _pods.Add(id);
        return new PodSpec(id, manifest, ResourceLimits.Small, containers);
    }

    protected async Task<PodStatus> CreateAsync(params ContainerSpec[] containers)
    {
        (await Runtime.CreateAsync(Spec(containers), Stop)).Succeeded(out var pod, out var failure)
            .ShouldBeTrue(failure?.Message);
        return pod!;
    }

    protected Task<PodStatus> StartAsync(params ContainerSpec[] containers) => StartAsync(Spec(containers));

    protected Task<PodStatus> StartAsync(ManifestHash manifest, params ContainerSpec[] containers) =>
        StartAsync(Spec(manifest, containers));

    protected async Task<PodStatus> StartAsync(PodSpec spec)
    {
        (await Runtime.CreateAsync(spec, Stop)).Succeeded(out _, out var notCreated).ShouldBeTrue(notCreated?.Message);
        (await Runtime.StartAsync(spec.Id, Stop)).Succeeded(out var pod, out var failure)
            .ShouldBeTrue(failure?.Message);
        return pod!;
    }

    protected async Task<PodStatus> StatusAsync(PodId id) => (await Runtime.GetStatusAsync(id, Stop)).ShouldNotBeNull();

    /// <summary>Waits until a container has ended.</summary>
    protected async Task<ContainerStatus> ExitedAsync(PodId id, string name = "app")
    {
        ContainerStatus? status = null;
        await Deadline.UntilAsync(
            async () =>
                (status = (await StatusAsync(id)).Containers.Single(c => c.Name == name)).Phase
                == ContainerPhase.Exited,
            $"the end of {name}",
            harness.Patience,
            Stop);
        return status!;
    }

    protected async Task<IReadOnlyList<string>> LinesAsync(PodId id, LogQuery? query = null)
    {
        var lines = new List<string>();
        await foreach (var line in Runtime.ReadLogsAsync(id, query ?? new LogQuery(), Stop))
            lines.Add(line.Text);
        return lines;
    }

    /// <summary>Waits until a pod has written so many lines.</summary>
    protected async Task<IReadOnlyList<string>> LinesAsync(PodId id, int count)
    {
        IReadOnlyList<string> lines = [];
        await Deadline.UntilAsync(
            async () => (lines = await LinesAsync(id)).Count >= count, $"{count} lines", harness.Patience, Stop);
        return lines;
    }
}
