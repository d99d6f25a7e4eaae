using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Xunit;

[assembly: AssemblyFixture(typeof(Codius.EndToEnd.Images))]

namespace Codius.EndToEnd;

/// <summary>A registry for all tests, and in it the sample image, whose busybox can be many things.</summary>
public sealed class Images : IAsyncLifetime
{
    private readonly TemporaryDirectory _files = new();
    private DockerRegistry? _registry;

    /// <summary>Host and port, as an image reference begins.</summary>
    public string Registry => _registry!.Host;

    public SampleImage Sample { get; private set; } = null!;

    /// <summary>A web server on port 8080 that shows its environment, in the registry.</summary>
    public string Hello { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _registry = await DockerRegistry.StartAsync();
        Sample = await SampleImage.BuildAsync(_files.Path);
        Hello = await _registry.PushAsync(Sample.Archive, "samples/hello");
    }

    public async ValueTask DisposeAsync()
    {
        if (_registry is not null)
            await _registry.DisposeAsync();
        _files.Dispose();
    }
}
