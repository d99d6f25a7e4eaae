using Codius.Core.Pods;
using Codius.Testing.Runtime;

namespace Codius.Runtime.Containerd.Tests;

public sealed class ScriptedConformance() : PodRuntimeConformance(new ScriptedHarness());

internal sealed class ScriptedHarness : IPodRuntimeHarness
{
    private ScriptedPodRuntime _runtime = new(TimeProvider.System);

    public IPodRuntime Runtime => _runtime;

    public ImageReference Image => ContainerdFixture.Reference("codius.local/hello");

    public ImageReference MissingImage => ContainerdFixture.Reference("codius.local/missing");

    public TimeSpan Patience => TimeSpan.FromSeconds(10);

    public IReadOnlyList<string> UnknownCommand => ["not-found"];

    public IReadOnlyList<string> Command(params Step[] steps) => [.. steps.Select(s => s.ToString())];

    public Task ReopenAsync()
    {
        _runtime = _runtime.Restart();
        return Task.CompletedTask;
    }
}
