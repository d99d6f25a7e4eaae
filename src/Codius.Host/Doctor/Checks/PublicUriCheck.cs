using System.Net;
using System.Net.Sockets;
using Codius.Core.Checks;
using Codius.Host.Configuration;

namespace Codius.Host.Doctor.Checks;

/// <summary>
/// Whether the host's public name and those of its pods lead anywhere and, while a codiusd runs, to it.
/// </summary>
internal sealed class PublicUriCheck(HostOptions host, RunningCodiusd running) : ICheck
{
    private const string Setting = "Codius:PublicUri (CODIUS_PUBLIC_URI)";

    public string Name => "public URI";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(host.PublicUri, UriKind.Absolute, out var uri))
            return Finding.Failed(
                "none is named", $"set {Setting} to the https:// URI at which the world finds this host");
        if (host.Development)
            return Finding.Well($"{host.PublicUri} for this machine alone, since this is development mode");
        foreach (var name in new[] { uri.IdnHost, "doctor." + uri.IdnHost })
        {
            if (!await ResolvesAsync(name, cancellationToken))
                return Finding.Failed(
                    $"the name {name} has no address",
                    $"let {uri.IdnHost} and *.{uri.IdnHost} in the DNS lead to this machine, or change {Setting}");
        }

        if (!await running.IsThereAsync(cancellationToken))
            return Finding.Well(
                $"{uri.IdnHost} and *.{uri.IdnHost} have addresses; no codiusd runs that could answer there");
        return await running.ServesAsync(host.PublicUri, cancellationToken)
            ? Finding.Well($"codiusd answers at {host.PublicUri}")
            : Finding.Failed(
                $"at {host.PublicUri} it is not codiusd that answers",
                "see that the name leads to this machine, and that the proxy hands requests on to "
                + $"{host.BindIp}:{host.Port}");
    }

    private static async Task<bool> ResolvesAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await Dns.GetHostAddressesAsync(name, cancellationToken)).Length > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
