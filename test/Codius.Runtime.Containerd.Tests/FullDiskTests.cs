using Codius.Core;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>The host's disk is full: nobody else is to blame, and it is over when there is room again.</summary>
[Trait("Suite", "runtime")]
public sealed class FullDiskTests(FullDiskTests.Fixture fixture) : IClassFixture<FullDiskTests.Fixture>
{
    private const int Size = 6 * 1024 * 1024;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>As a download, and packed for containerd: each takes as much again.</summary>
    [Fact]
    public async Task An_image_that_the_host_cannot_fetch_is_not_blamed()
    {
        var image = await PushAsync();
        await using var disk = await SmallDisk.MountAsync(kibibytes: 64 * 1024);
        await using var runtime = fixture.RuntimeBeside(options => options.RootDirectory = disk.Path);
        foreach (var room in new[] { 0, Size / 2, Size * 3 / 2 })
        {
            disk.Fill(butBytes: room);
            ShouldBeOfTheDisk((await runtime.PullAsync(image, Stop)).Failure);
            disk.MakeRoom();
            Directory.EnumerateFileSystemEntries(disk["downloads"]).ShouldBeEmpty();
        }

        (await runtime.PullAsync(image, Stop)).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task An_image_that_containerd_cannot_unpack_is_not_blamed()
    {
        var image = await PushAsync();
        using var elsewhere = new TemporaryDirectory();
        await using var runtime = fixture.RuntimeBeside(options => options.RootDirectory = elsewhere.Path);
        // The image itself, or not what is unpacked beside it.
        foreach (var room in new[] { Size / 6, Size * 3 / 2 })
        {
            fixture.Disk.Fill(butBytes: room);
            ShouldBeOfTheDisk((await runtime.PullAsync(image, Stop)).Failure);
            fixture.Disk.MakeRoom();
        }

        (await runtime.PullAsync(image, Stop)).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task A_container_that_containerd_cannot_make_is_not_blamed()
    {
        var container = new ContainerSpec("app", fixture.Image, ["true"], null, new Dictionary<string, string>());
        var spec = new PodSpec(
            PodId.New(), ManifestHash.OfCanonicalJson("{}"u8), ResourceLimits.Small, [container]);
        fixture.Disk.Fill();
        ShouldBeOfTheDisk((await fixture.Runtime.CreateAsync(spec, Stop)).Failure);
        fixture.Disk.MakeRoom();
        (await fixture.Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await fixture.Runtime.StartAsync(spec.Id, Stop)).Failure.ShouldBeNull();
        await fixture.Runtime.RemoveAsync(spec.Id, Stop);
    }

    /// <summary>An image of its own in the registry.</summary>
    private async Task<ImageReference> PushAsync()
    {
        using var files = new TemporaryDirectory();
        var archive = LayeredImage.Write(files["image.tar"], LayeredImage.Noise(Size));
        return ContainerdFixture.Reference(await fixture.Registry.PushAsync(archive, "apps/noise"));
    }

    private static void ShouldBeOfTheDisk(Failure? failure)
    {
        failure.ShouldNotBeNull();
        failure.Message.ShouldContain("no space left on device");
        failure.Kind.ShouldBe(FailureKind.NoCapacity);
        failure.Blame.ShouldBe(Blame.Host);
        failure.Retryable.ShouldBeTrue();
    }

    /// <summary>A containerd that has a small disk to itself.</summary>
    public sealed class Fixture : ContainerdFixture
    {
        public SmallDisk Disk { get; private set; } = null!;

        public override async ValueTask InitializeAsync()
        {
            Disk = await SmallDisk.MountAsync(kibibytes: 64 * 1024);
            Options.RootDirectory = Disk["root"];
            await base.InitializeAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await Disk.DisposeAsync();
        }
    }
}
