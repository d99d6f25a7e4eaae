using System.Diagnostics.CodeAnalysis;
using Codius.Core;
using Codius.Core.Leases;

namespace Codius.Host.Pods;

/// <summary>What a request may do with a pod, by the capability in its <c>Authorization: Bearer</c> header.</summary>
internal static class PodRights
{
    private const string Scheme = "Bearer ";

    /// <summary>False when there is none, or none that could be one.</summary>
    public static bool TryRead(HttpRequest request, [NotNullWhen(true)] out CapabilityId? capability)
    {
        var header = request.Headers.Authorization.ToString();
        capability = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CapabilitySecret.TryParse(header[Scheme.Length..].Trim(), out var secret)
                ? secret.Id
                : null;
        return capability is not null;
    }

    /// <summary>Why the logs of a pod are refused; null when whoever asks may read them.</summary>
    public static Failure? RefuseLogs(HttpRequest request, PodView pod)
    {
        if (pod.Manifest.Debug)
            return null;
        if (!TryRead(request, out var capability))
            return Forbidden("the logs of this pod are private: its manifest has no \"debug\": true");
        return capability == pod.Record.Owner
            ? null
            : Forbidden("the logs of this pod are for whoever started it, and this capability is not his");
    }

    public static Failure Forbidden(string message) => new(FailureKind.Forbidden, message, Blame.Caller);
}
