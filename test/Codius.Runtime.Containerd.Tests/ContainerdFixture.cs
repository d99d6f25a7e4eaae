using Codius.Core.Pods;
using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>A private containerd with runc for one test class, gone without a trace at its end.</summary>
public class ContainerdFixture : IPodRuntimeHarness, IAsyncLifetime
{
    private static int _count;
    private DockerRegistry? _registry;

    public ContainerdFixture()
    {
        var count = Interlocked.Increment(ref _count);
        var name = $"t{Environment.ProcessId}-{count}";
        var subnet = (Environment.ProcessId * 7) + count;
        Options = new ContainerdOptions
        {
            Instance = name,
            RootDirectory = $"/var/tmp/codius-{name}",
            StateDirectory = $"/run/codius-{name}",
            RuntimeHandler = "runc",
            PodSubnet = $"10.{200 + (subnet / 256 % 50)}.{subnet % 256}.0/24",
            AllowPrivateRegistries = true,
        };
    }

    public ContainerdOptions Options { get; }

    public ContainerdPodRuntime Runtime { get; private set; } = null!;

    public SampleImage Sample { get; private set; } = null!;

    public DockerRegistry Registry =>
        _registry ?? throw new InvalidOperationException("The registry does not run yet.");

    public ImageReference Image => Sample.Reference;

    public ImageReference MissingImage => Reference($"{Registry.Host}/nothing/here@sha256:{new string('0', 64)}");

    public virtual TimeSpan Patience => TimeSpan.FromSeconds(30);

    public IReadOnlyList<string> UnknownCommand => ["no-such-program"];

    IPodRuntime IPodRuntimeHarness.Runtime => Runtime;

    public static ImageReference Reference(string text) =>
        ImageReference.TryParse(text, out var image) ? image : throw new ArgumentException(text);

    public IReadOnlyList<string> Command(params Step[] steps) => ShellProgram.Of(steps);

    /// <summary>Another one beside the fixture's, which has the lock, the network and the containerd.</summary>
    public ContainerdPodRuntime RuntimeBeside(Action<ContainerdOptions> differ, TimeProvider? time = null)
    {
        var options = new ContainerdOptions
        {
            RootDirectory = Options.RootDirectory,
            ExistingSocket = Options.SocketPath,
            Instance = Options.Instance,
            AllowPrivateRegistries = true,
        };
        differ(options);
        return new ContainerdPodRuntime(options, time ?? TimeProvider.System, NullLoggerFactory.Instance);
    }

    public async Task ReopenAsync()
    {
        await Runtime.DisposeAsync();
        await OpenAsync();
    }

    /// <summary>An image with an entry point, as busybox prints its arguments.</summary>
    public async Task<ImageReference> ImportAsync(string name, string[] entrypoint, string[] command)
    {
        var image = await SampleImage.BuildAsync(Options.RootDirectory + "/images", name, entrypoint, command);
        (await Runtime.ImportImageAsync(image.Archive, image.Name, CancellationToken.None)).Failure.ShouldBeNull();
        return image.Reference;
    }

    public virtual async ValueTask InitializeAsync()
    {
        _registry = await DockerRegistry.StartAsync();
        await OpenAsync();
        Sample = await SampleImage.BuildAsync(Options.RootDirectory + "/images");
        (await Runtime.ImportImageAsync(Sample.Archive, Sample.Name, CancellationToken.None)).Failure.ShouldBeNull();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Runtime.DestroyAsync(CancellationToken.None);
        await Runtime.DisposeAsync();
        await Registry.DisposeAsync();
        Directory.Delete(Options.RootDirectory, recursive: true);
        Directory.Delete(Options.StateDirectory, recursive: true);
        GC.SuppressFinalize(this);
    }

    private async Task OpenAsync()
    {
        Runtime = new ContainerdPodRuntime(Options, TimeProvider.System, NullLoggerFactory.Instance);
        (await Runtime.OpenAsync(CancellationToken.None)).Failure.ShouldBeNull();
    }
}
