using Codius.Core;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cri;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>
/// Images come from a real registry into a real containerd, which must not keep all of them for ever.
/// </summary>
[Trait("Suite", "runtime")]
public sealed class ImageCacheTests(ContainerdFixture fixture) : IClassFixture<ContainerdFixture>, IAsyncLifetime
{
    // Room for two of the images that are pushed here, and not for three.
    private const long Room = 16 * 1024 * 1024;

    private readonly LaterClock _clock = new();
    private readonly List<PodId> _pods = [];
    private ContainerdPodRuntime _runtime = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _runtime = await NewRuntimeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _pods)
            await fixture.Runtime.RemoveAsync(id, CancellationToken.None);
        await _runtime.DisposeAsync();
        foreach (var file in Directory.EnumerateFiles(fixture.Options.RootDirectory + "/pulled"))
            File.Delete(file);
    }

    [Fact]
    public async Task What_was_used_longest_ago_makes_room()
    {
        var (first, second, third) = (await PushAsync(), await PushAsync(), await PushAsync());
        await PullAsync(first);
        _clock.Later(TimeSpan.FromMinutes(1));
        await PullAsync(second);
        _clock.Later(TimeSpan.FromMinutes(1));
        await PullAsync(first);
        _clock.Later(TimeSpan.FromMinutes(5));
        await PullAsync(third);
        (await IsPresentAsync(first), await IsPresentAsync(second), await IsPresentAsync(third))
            .ShouldBe((true, false, true));
        (await IsPresentAsync(fixture.Image)).ShouldBeTrue("what was imported by hand stays");
    }

    [Fact]
    public async Task What_a_pod_is_made_of_stays_and_what_leaves_no_room_is_refused()
    {
        var (first, second, third) = (await PushAsync(), await PushAsync(), await PushAsync());
        await PullAsync(first);
        await PullAsync(second);
        var pod = await CreateAsync(first, second);
        _clock.Later(TimeSpan.FromHours(1));
        var failure = (await _runtime.PullAsync(third, Stop)).Failure.ShouldNotBeNull();
        failure.Kind.ShouldBe(FailureKind.NoCapacity);
        failure.Blame.ShouldBe(Blame.Host);
        failure.Retryable.ShouldBeTrue();
        (await IsPresentAsync(first), await IsPresentAsync(second), await IsPresentAsync(third))
            .ShouldBe((true, true, false));

        await _runtime.RemoveAsync(pod, Stop);
        await PullAsync(third);
    }

    [Fact]
    public async Task What_was_pulled_just_now_stays_until_its_pod_can_be_there()
    {
        var (first, second, third) = (await PushAsync(), await PushAsync(), await PushAsync());
        await PullAsync(first);
        await PullAsync(second);
        (await _runtime.PullAsync(third, Stop)).Failure.ShouldNotBeNull().Kind.ShouldBe(FailureKind.NoCapacity);
        await CreateAsync(first, second);
    }

    [Fact]
    public async Task The_next_life_knows_what_the_one_before_it_pulled_though_that_was_killed_half_way()
    {
        var (first, second, third) = (await PushAsync(), await PushAsync(), await PushAsync());
        await PullAsync(first);
        await PullAsync(second);
        // Noted, and killed before it was there; and what was being fetched then.
        var gone = $"{fixture.Registry.Host}/apps/gone@sha256:{new string('7', 64)}";
        await File.WriteAllTextAsync(
            fixture.Options.RootDirectory + "/pulled/" + new string('7', 64) + ".image", $"1 {gone}", Stop);
        var left = Directory.CreateDirectory(fixture.Options.RootDirectory + "/downloads/left").FullName;
        await _runtime.DisposeAsync();
        await fixture.ReopenAsync();
        Directory.Exists(left).ShouldBeFalse();
        _runtime = await NewRuntimeAsync();
        _clock.Later(TimeSpan.FromHours(1));
        await PullAsync(third);
        (await IsPresentAsync(first)).ShouldBeFalse();
        (await IsPresentAsync(third)).ShouldBeTrue();
    }

    [Fact]
    public async Task Concurrent_pulls_and_removals_never_take_an_image_from_a_pod()
    {
        const int Workers = 3;
        var images = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PushAsync()));
        var made = 0;
        // No pod takes four minutes to make: while one is made, the clock stands.
        using var making = new SemaphoreSlim(Workers);
        using var moving = new SemaphoreSlim(1);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            for (var round = 0; round < 5; round++)
            {
                var image = images[(worker + round) % images.Length];
                if ((await _runtime.PullAsync(image, Stop)).Failure is { } full)
                {
                    full.Kind.ShouldBe(FailureKind.NoCapacity, full.Message);
                    await moving.WaitAsync(Stop);
                    for (var other = 0; other < Workers; other++)
                        await making.WaitAsync(Stop);
                    _clock.Later(TimeSpan.FromMinutes(4));
                    making.Release(Workers);
                    moving.Release();
                    continue;
                }

                await making.WaitAsync(Stop);
                if (await TryUseAsync(image))
                    Interlocked.Increment(ref made);
                making.Release();
            }
        })));
        made.ShouldBeGreaterThan(0);
    }

    // Another worker may have moved the clock between the pull and this; then nothing is made of it.
    private async Task<bool> TryUseAsync(ImageReference image)
    {
        if (await TryCreateAsync(image) is not { } id)
            return false;
        (await _runtime.StartAsync(id, Stop)).Failure.ShouldBeNull();
        (await IsPresentAsync(image)).ShouldBeTrue();
        await _runtime.RemoveAsync(id, Stop);
        return true;
    }

    private async Task<ContainerdPodRuntime> NewRuntimeAsync()
    {
        var runtime = fixture.RuntimeBeside(
            options =>
            {
                options.StateDirectory = fixture.Options.StateDirectory;
                options.RuntimeHandler = "runc";
                options.TrustCode = true;
                options.MaxCacheBytes = Room;
            },
            _clock);
        (await runtime.ChooseIsolationAsync(Stop)).Succeeded(out _, out var failure).ShouldBeTrue(failure?.Message);
        return runtime;
    }

    /// <summary>An image of its own of 5 MiB in the registry.</summary>
    private async Task<ImageReference> PushAsync()
    {
        using var files = new TemporaryDirectory();
        var content = new byte[5 * 1024 * 1024];
        Guid.NewGuid().TryWriteBytes(content);
        var busybox = await File.ReadAllBytesAsync("/bin/busybox", Stop);
        var layer = LayeredImage.Layer(tar =>
        {
            LayeredImage.Add(tar, "content", content[..^Math.Min(busybox.Length, content.Length)]);
            tar.WriteEntry(new System.Formats.Tar.GnuTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "bin/hello")
            {
                Mode = (UnixFileMode)0b111_101_101,
                DataStream = new MemoryStream(busybox),
            });
            LayeredImage.Add(tar, "id", Guid.NewGuid().ToByteArray());
        });
        var archive = LayeredImage.Write(files["image.tar"], layer);
        return ContainerdFixture.Reference(
            await fixture.Registry.PushAsync(archive, "apps/" + Guid.NewGuid().ToString("n")));
    }

    private async Task PullAsync(ImageReference image) =>
        (await _runtime.PullAsync(image, Stop)).Succeeded(out _, out var failure).ShouldBeTrue(failure?.Message);

    private async Task<bool> IsPresentAsync(ImageReference image)
    {
        using var cri = new CriClient(fixture.Options.SocketPath, TimeProvider.System);
        return (await cri.ImageStatusAsync(image.ToString(), Stop)).Value?.Image is not null;
    }

    private async Task<PodId> CreateAsync(params ImageReference[] images) =>
        (await TryCreateAsync(images)).ShouldNotBeNull();

    private async Task<PodId?> TryCreateAsync(params ImageReference[] images)
    {
        var spec = new PodSpec(
            PodId.New(),
            ManifestHash.OfCanonicalJson([1]),
            ResourceLimits.Small with { DiskBytes = 32 * 1024 * 1024 },
            [.. images.Select((image, i) => new ContainerSpec(
                $"c{i}", image, ["/bin/hello", "sleep", "1000"], null, new Dictionary<string, string>()))]);
        lock (_pods)
            _pods.Add(spec.Id);
        if ((await _runtime.CreateAsync(spec, Stop)).Succeeded(out _, out var failure))
            return spec.Id;
        failure.Kind.ShouldBe(FailureKind.ImageNotFound, failure.Message);
        return null;
    }

    /// <summary>The machine's clock, some time later.</summary>
    private sealed class LaterClock : TimeProvider
    {
        private long _ticks;

        public void Later(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));
    }
}
