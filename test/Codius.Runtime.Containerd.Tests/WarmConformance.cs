using Codius.Runtime.Containerd.Cri;
using Codius.Testing.Processes;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>The whole suite once more, with pods that move into sandboxes that stood ready before each test.</summary>
public abstract class WarmConformance(ContainerdFixture fixture) : ContainerConformance(fixture)
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Fixture.UntilWarmAsync();
    }
}

public sealed class WarmRuncFixture : ContainerdFixture
{
    public WarmRuncFixture() => Options.WarmSandboxes = 2;
}

public sealed class WarmGvisorFixture : GvisorFixture
{
    public WarmGvisorFixture() => Options.WarmSandboxes = 2;
}

[Trait("Suite", "runtime")]
public sealed class WarmRuncConformance(
    WarmRuncFixture fixture) : WarmConformance(fixture), IClassFixture<WarmRuncFixture>;

[Trait("Suite", "runtime")]
public sealed class WarmGvisorConformance(
    WarmGvisorFixture fixture) : WarmConformance(fixture), IClassFixture<WarmGvisorFixture>;

internal static class WarmFixtures
{
    /// <summary>The ids of the sandboxes that stand ready, as soon as all do.</summary>
    public static async Task<IReadOnlyCollection<string>> UntilWarmAsync(this ContainerdFixture fixture)
    {
        IReadOnlyCollection<string> ready = [];
        await Deadline.UntilAsync(
            async () => (ready = await ReadyAsync(fixture)).Count == fixture.Options.WarmSandboxes,
            "sandboxes that stand ready",
            TimeSpan.FromMinutes(1));
        return ready;
    }

    public static async Task<IReadOnlyCollection<string>> ReadyAsync(ContainerdFixture fixture)
    {
        using var cri = new CriClient(fixture.Options.SocketPath, TimeProvider.System);
        var all = new Dictionary<string, string>();
        var sandboxes = (await cri.ListPodSandboxAsync(all, default)).Require("ListPodSandbox").Items;
        var containers = (await cri.ListContainersAsync(all, default)).Require("ListContainers").Containers;
        var taken = containers.Select(container => container.PodSandboxId).ToHashSet();
        return [.. sandboxes.Where(s => !taken.Contains(s.Id) && s.State == Cri.V1.PodSandboxState.SandboxReady)
            .Select(s => s.Labels["codius.pod"])];
    }
}
