using Codius.Core;
using Codius.Core.Pods;
using Codius.Runtime.Containerd;

namespace Codius.Host.Runtime;

/// <summary>
/// <c>codiusd remove-pods</c>, with the settings of a host that is stopped: ends its pods and its containerd, and takes
/// its network and firewall away, as a reboot would. Leases that are paid for stay in the store, so the host starts
/// their pods again.
/// </summary>
public static class PodRemoval
{
    public const string Command = "remove-pods";

    public static async Task<int> RunAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var runtime = services.GetRequiredService<IPodRuntime>();
        try
        {
            if ((await OpenAsync(runtime, cancellationToken)).Succeeded(out _, out var failure))
            {
                await DestroyAsync(runtime, cancellationToken);
                return 0;
            }

            return await FailAsync(failure.Message);
        }
        catch (IOException failed)
        {
            return await FailAsync(failed.Message);
        }
    }

    private static async Task<int> FailAsync(string reason)
    {
        await Console.Error.WriteLineAsync($"codiusd: {reason}");
        return 1;
    }

    private static Task<Outcome<Done>> OpenAsync(IPodRuntime runtime, CancellationToken cancellationToken) =>
        runtime is ContainerdPodRuntime containerd
            ? containerd.OpenForRemovalAsync(cancellationToken)
            : runtime.OpenAsync(cancellationToken);

    private static async Task DestroyAsync(IPodRuntime runtime, CancellationToken cancellationToken)
    {
        if (runtime is ContainerdPodRuntime containerd)
        {
            await containerd.DestroyAsync(cancellationToken);
            return;
        }

        foreach (var pod in await runtime.ListAsync(cancellationToken))
            await runtime.RemoveAsync(pod.Id, cancellationToken);
    }
}
