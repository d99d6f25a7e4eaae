using Codius.Core.Pods;
using Codius.Testing.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>A private containerd of one test class, gone without a trace at its end.</summary>
public class ContainerdFixture : IAsyncLifetime
{
    private static int _count;
    private readonly string _name = $"t{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";

    public ContainerdFixture()
    {
        var number = (Environment.ProcessId * 7) + _count;
        Options = new ContainerdOptions
        {
            Instance = _name,
            RootDirectory = $"/var/tmp/codius-{_name}",
            StateDirectory = $"/run/codius-{_name}",
            RuntimeHandler = "runc",
            PodSubnet = $"10.{200 + (number / 256 % 50)}.{number % 256}.0/24",
            AllowPrivateRegistries = true,
        };
    }

    public ContainerdOptions Options { get; }

    public ContainerdPodRuntime Runtime { get; private set; } = null!;

    public SampleImage Image { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Runtime = new ContainerdPodRuntime(Options, TimeProvider.System, NullLoggerFactory.Instance);
        (await Runtime.OpenAsync(TestContext.Current.CancellationToken)).Failure.ShouldBeNull();
        Image = await SampleImage.BuildAsync(Options.RootDirectory + "/images");
        (await Runtime.ImportImageAsync(Image.Archive, Image.Name, TestContext.Current.CancellationToken)).Failure.ShouldBeNull();
    }

    public async ValueTask DisposeAsync()
    {
        await Runtime.DestroyAsync(CancellationToken.None);
        await Runtime.DisposeAsync();
        Directory.Delete(Options.RootDirectory, recursive: true);
        Directory.Delete(Options.StateDirectory, recursive: true);
        GC.SuppressFinalize(this);
    }
}
