using Codius.Core;
using Codius.Hostile.Machines;
using Codius.Runtime.Containerd;
using Codius.Testing.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Codius.Hostile;

public abstract partial class ImageAttacks
{
    [Theory]
    [InlineData("layer")]
    [InlineData("config")]
    [InlineData("manifest")]
    public async Task What_is_not_what_its_digest_says_is_refused(string what)
    {
        var (honest, forged) = (Unique("honest"), Unique("forged"));
        var layers = new[] { _registry.AddLayer(_base), _registry.AddLayer(honest) };
        var config = _registry.AddConfig(layers, "cat", "/unique");
        var image = _registry.AddManifest(config, layers);
        if (what == "layer")
            _registry.Replace(layers[1], forged);
        else if (what == "config")
            _registry.Replace(config, _registry.ContentOf(_registry.AddConfig(layers, "cat", "/forged")));
        else
            _registry.Replace(image, _registry.ContentOf(_registry.AddImage([_base, forged], "cat", "/unique")));
        var failure = await FailureAsync(image, machine.Runtime);
        failure.Kind.ShouldBeOneOf(FailureKind.ImageRefused, FailureKind.ImageUnavailable);

        (await OutputAsync("cat /unique", honest)).ShouldContain("honest");
    }

    [Fact]
    public async Task A_list_without_this_machines_platform_is_refused()
    {
        var image = _registry.AddImage([_base], "true");
        var others = _registry.AddIndex(
            image with { Platform = new("windows", "amd64") }, image with { Platform = new("linux", "riscv64") });
        (await FailureAsync(others, machine.Runtime)).Kind.ShouldBe(FailureKind.ImageRefused);
        var ours = _registry.AddIndex(image with { Platform = new("linux", "amd64") });
        (await machine.Runtime.PullAsync(_registry.Reference(ours), Stop)).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task A_list_in_a_list_does_not_hide_how_large_an_image_is()
    {
        var platform = new Platform("linux", "amd64");
        var large = _registry.AddImage([_base, Unique("large")], "true") with { Platform = platform };
        await ShouldBeTooLargeAsync(_registry.AddIndex(_registry.AddIndex(large) with { Platform = platform }));
    }

    [Theory]
    [InlineData("Linux", "amd64")]
    [InlineData("linux", "AMD64")]
    [InlineData("linux", "x86_64")]
    [InlineData("linux", "x86-64")]
    public async Task A_platform_that_is_spelt_otherwise_does_not_hide_how_large_an_image_is(string os, string name)
    {
        var large = _registry.AddImage([_base, Unique("large")], "true") with { Platform = new(os, name) };
        var small = _registry.AddImage([Unique("small")], "true") with { Platform = new("linux", "amd64") };
        await ShouldBeTooLargeAsync(_registry.AddIndex(large, small));
    }

    [Theory]
    [InlineData("layer")]
    [InlineData("config")]
    [InlineData("manifest")]
    public async Task An_image_does_not_have_the_machine_ask_at_other_addresses(string what)
    {
        await using var inside = new HostileRegistry();
        await machine.Runtime.PullAsync(_registry.Reference(Image()), Stop);
        inside.Requests.ShouldBeEmpty();

        await PullUnaskedAsync(Image());
        inside.Requests.ShouldContain("/latest/meta-data");

        Descriptor Image()
        {
            var elsewhere = new[] { $"http://{inside.Host}/latest/meta-data" };
            var layer = _registry.AddLayer(Unique("layer"));
            var config = _registry.AddConfig([layer], "true");
            var image = _registry.AddManifest(
                what == "config" ? config with { Urls = elsewhere } : config,
                [what == "layer" ? layer with { Urls = elsewhere } : layer]);
            return what == "manifest"
                ? _registry.AddIndex(image with { Urls = elsewhere, Platform = new("linux", "amd64") })
                : image;
        }
    }

    /// <summary>A layer that nobody has yet.</summary>
    private static byte[] Unique(string text) =>
        HostileLayer.Of(HostileLayer.File("unique", $"{text} {Guid.NewGuid()}"));

    /// <summary>containerd without the host before it; what came, by digest.</summary>
    private async Task<string> PullUnaskedAsync(Descriptor image)
    {
        string[] containerd = ["-a", machine.Options.SocketPath, "-n", "control" + Guid.NewGuid().ToString("n")];
        await RunningProgram.RunAsync(new ProgramStart(
            "ctr", [.. containerd, "content", "fetch", "--plain-http", _registry.Reference(image).ToString()]));
        return (await RunningProgram.RunAsync(new ProgramStart("ctr", [.. containerd, "content", "list", "-q"])))
            .Output;
    }

    /// <summary>For a host that takes images of a megabyte at most.</summary>
    private async Task ShouldBeTooLargeAsync(Descriptor image)
    {
        await using var small = Strict();
        (await FailureAsync(image, small)).Kind.ShouldBe(FailureKind.ImageRefused);

        (await PullUnaskedAsync(image)).ShouldContain(_registry.AddLayer(_base).Digest);
    }

    /// <summary>A host that takes little.</summary>
    private ContainerdPodRuntime Strict()
    {
        var options = new ContainerdOptions
        {
            RootDirectory = machine.Options.RootDirectory,
            ExistingSocket = machine.Options.SocketPath,
            Instance = machine.Options.Instance,
            AllowPrivateRegistries = true,
            MaxImageBytes = 1024 * 1024,
            MaxUnpackedBytes = 16 * 1024 * 1024,
            MaxImageFiles = 1000,
        };
        return new ContainerdPodRuntime(options, TimeProvider.System, NullLoggerFactory.Instance);
    }

    private async Task<Failure> FailureAsync(Descriptor image, ContainerdPodRuntime runtime) =>
        (await runtime.PullAsync(_registry.Reference(image), Stop)).Failure.ShouldNotBeNull();
}
