using Codius.Client.Hosts;
using Codius.Client.Projects;
using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Manifests;

namespace Codius.Cli.Commands;

/// <summary>Which pod a command is about: named on the command line, or noted in the state file by an upload.</summary>
internal sealed record PodTarget(ManifestHash Hash, Uri Host, StateFile? State)
{
    /// <summary>The right to it, if it was bought from this folder.</summary>
    public CapabilitySecret? Capability => State is { } state && state.Host == Host ? state.Capability : null;

    public static Outcome<PodTarget> Find(string? pod, string? hostText, string stateFile)
    {
        Uri? host = null;
        if (hostText is not null && !HostUri.TryParse(hostText, out host))
            return Failure.InvalidRequest("--host must be an address such as https://host.example");
        if (pod is null)
        {
            return StateFile.Read(stateFile).Succeeded(out var state, out var failure)
                ? new PodTarget(state.Hash, host ?? state.Host, state)
                : failure;
        }

        if (!HostUri.TryParsePod(pod, out var hash, out var podHost))
        {
            return Failure.InvalidRequest(
                $"{SafeText.Clean(pod, 100)} is neither a manifest's hash nor a pod's address");
        }

        var noted = StateFile.Read(stateFile).Succeeded(out var known, out _) && known.Hash == hash ? known : null;
        return (host ?? podHost ?? noted?.Host) is { } found
            ? new PodTarget(hash, found, noted)
            : Failure.InvalidRequest("a hash does not say where the pod is: add --host, or give the pod's address");
    }
}
