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
        var runtime = services.GetRequiredService<ContainerdPodRuntime>();
        if (!(await runtime.OpenForRemovalAsync(cancellationToken)).Succeeded(out _, out var failure))
        {
            await Console.Error.WriteLineAsync($"codiusd: {failure.Message}");
            return 1;
        }

        await runtime.DestroyAsync(cancellationToken);
        return 0;
    }
}
