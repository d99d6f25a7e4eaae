using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Runtime.Containerd;

namespace Codius.Host.Runtime;

/// <summary>
/// Opens the runtime before anything listens. A machine that can isolate nothing stops the start; what may get better
/// by itself, such as a containerd that does not answer yet, does not, and is tried again by whoever owns the pods.
/// </summary>
internal sealed class IsolationGate(IPodRuntime runtime)
{
    /// <exception cref="SettingsException">This machine cannot isolate pods.</exception>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        if (runtime is not ContainerdPodRuntime containerd)
            return;
        if ((await containerd.OpenAsync(cancellationToken)).Failure is { Retryable: false } failure)
            throw new SettingsException([$"{failure.Message} What to do: {HostOptionsValidator.IsolationAdvice}"]);
    }
}
