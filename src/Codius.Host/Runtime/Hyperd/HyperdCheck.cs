using Codius.Core.Checks;

namespace Codius.Host.Runtime.Hyperd;

/// <summary>Whether the hyperd that is to run the pods answers.</summary>
internal sealed class HyperdCheck(HyperOptions options, TimeProvider time) : ICheck
{
    public string Name => "hyperd";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        await using var runtime = new HyperdPodRuntime(options, time);
        return (await runtime.OpenAsync(cancellationToken)).Succeeded(out _, out var failure)
            ? Finding.Well($"answers at {options.Socket}")
            : Finding.Failed(
                failure.Message,
                "start hyperd, or leave Codius:Hyper:Socket (CODIUS_HYPER_SOCKET) out to use containerd");
    }
}
