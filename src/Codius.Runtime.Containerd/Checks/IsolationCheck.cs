using Codius.Core.Checks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Codius.Runtime.Containerd.Checks;

/// <summary>
/// Makes a sandbox as the host would, with a containerd, directories and a network of its own beside those of a host
/// that may be running, and takes all of it away again.
/// </summary>
internal sealed class IsolationCheck(ContainerdOptions options, TimeProvider time) : ICheck
{
    /// <summary>Addresses that are for documentation only: no network of the machine can be in the way.</summary>
    private const string Subnet = "192.0.2.0/29";

    public string Name => "isolation";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        var trial = Beside(options);
        try
        {
            await using var runtime = new ContainerdPodRuntime(trial, time, NullLoggerFactory.Instance);
            return await TryAsync(runtime, cancellationToken);
        }
        finally
        {
            foreach (var directory in new[] { trial.RootDirectory, trial.StateDirectory }.Where(Directory.Exists))
                Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<Finding> TryAsync(ContainerdPodRuntime runtime, CancellationToken cancellationToken)
    {
        try
        {
            return (await runtime.OpenAsync(cancellationToken)).Succeeded(out _, out var failure)
                ? Describe(runtime)
                : Finding.Failed(
                    failure.Message,
                    "install gVisor (https://gvisor.dev/docs/user_guide/install/), or, if you trust everybody's code, "
                    + "set CODIUS_TRUST_CODE=true");
        }
        finally
        {
            await runtime.DestroyAsync(CancellationToken.None);
        }
    }

    private static Finding Describe(ContainerdPodRuntime runtime)
    {
        var refused = string.Join("; ", runtime.Refused);
        if (runtime.Info.Isolation is not ("runc" or "crun"))
            return Finding.Well($"a sandbox was made by {runtime.Isolation}");
        return Finding.Warning(
            $"pods have only the kernel around them: {runtime.Isolation}",
            "right if you trust everybody's code; else install gVisor (https://gvisor.dev/docs/user_guide/install/) "
            + $"and unset CODIUS_TRUST_CODE{(refused.Length > 0 ? $". Not taken: {refused}" : "")}");
    }

    private static ContainerdOptions Beside(ContainerdOptions host)
    {
        var name = $"doctor-{Environment.ProcessId}";
        return new ContainerdOptions
        {
            Instance = name,
            RootDirectory = $"/var/tmp/codius-{name}",
            StateDirectory = $"/run/codius-{name}",
            PodSubnet = Subnet,
            RuntimeHandler = host.RuntimeHandler,
            TrustCode = host.TrustCode,
            RuntimePath = host.RuntimePath,
            GvisorPlatform = host.GvisorPlatform,
            ExistingSocket = host.ExistingSocket,
            ContainerdPath = host.ContainerdPath,
            CtrPath = host.CtrPath,
            NftPath = host.NftPath,
            CniPluginDirectories = host.CniPluginDirectories,
        };
    }
}
