using Codius.Core.Pods;
using Codius.Host.Runtime.Hyperd;
using Codius.Testing.Runtime;

namespace Codius.Host.Tests.Runtime;

public sealed class HyperdConformance(
    HyperdFixture fixture) : PodRuntimeConformance(fixture), IClassFixture<HyperdFixture>;

/// <summary>A stand-in for hyperd, and the runtime that asks it.</summary>
public sealed class HyperdFixture : IPodRuntimeHarness, IAsyncLifetime
{
    public HyperdServer Server { get; private set; } = null!;

    public IPodRuntime Runtime { get; private set; } = null!;

    public ImageReference Image => Reference("codius.local/hello");

    public ImageReference MissingImage => Reference("codius.local/missing");

    public TimeSpan Patience => TimeSpan.FromSeconds(20);

    public IReadOnlyList<string> UnknownCommand => ["not-found"];

    public bool RestartsContainers => false;

    public IReadOnlyList<string> Command(params Step[] steps) => [.. steps.Select(step => step.ToString())];

    public async Task ReopenAsync()
    {
        await Runtime.DisposeAsync();
        await OpenAsync();
    }

    public async ValueTask InitializeAsync()
    {
        Server = await HyperdServer.StartAsync();
        await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Runtime.DisposeAsync();
        await Server.DisposeAsync();
    }

    private async Task OpenAsync()
    {
        Runtime = new HyperdPodRuntime(new HyperOptions { Socket = Server.Socket }, TimeProvider.System);
        (await Runtime.OpenAsync(CancellationToken.None)).Failure.ShouldBeNull();
    }

    private static ImageReference Reference(string text) =>
        ImageReference.TryParse(text, out var image) ? image : throw new ArgumentException(text);
}
