using System.Net;
using System.Net.Sockets;
using Codius.Core.Checks;
using Codius.Host.Configuration;

namespace Codius.Host.Doctor.Checks;

/// <summary>Whether the host's ports are free, or a codiusd has them already.</summary>
internal sealed class PortsCheck(HostOptions host, RunningCodiusd running) : ICheck
{
    public string Name => "ports";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        if (await running.IsThereAsync(cancellationToken))
            return Finding.Well($"codiusd serves at {host.BindIp}:{host.Port}");
        var ports = Ports().Where(p => p.Port > 0).ToList();
        foreach (var (address, port, setting) in ports)
        {
            if (Try(address, port) is { } error)
                return Describe(error, address, port, setting);
        }

        return Finding.Well($"free: {string.Join(", ", ports.Select(p => $"{p.Address}:{p.Port}"))}");
    }

    private IEnumerable<(string Address, int Port, string Setting)> Ports()
    {
        yield return (host.BindIp, host.Port, "Port (CODIUS_PORT)");
        yield return (host.BindIp, host.H2cPort ?? 0, "H2cPort");
        if (host.Uplink.BtpUrl is null)
            yield return (host.Uplink.PlayMoneyBindIp, host.Uplink.PlayMoneyPort, "Uplink:PlayMoneyPort");
    }

    private static SocketError? Try(string address, int port)
    {
        using var listener = new TcpListener(IPAddress.Parse(address), port);
        try
        {
            listener.Start();
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    private static Finding Describe(SocketError error, string address, int port, string setting) => error switch
    {
        SocketError.AddressAlreadyInUse => Finding.Failed(
            $"{address}:{port} is in use by another program",
            $"see which one with ss -ltnp 'sport = :{port}', or set Codius:{setting}"),
        SocketError.AddressNotAvailable => Finding.Failed(
            $"this machine does not have the address {address}",
            "set Codius:BindIp (CODIUS_BIND_IP) to one that it has"),
        SocketError.AccessDenied => Finding.Failed(
            $"{address}:{port} is not allowed to this user",
            $"run codiusd as root, or set Codius:{setting} above 1023"),
        _ => Finding.Failed($"{address}:{port} cannot be listened at: {error}", $"set Codius:{setting}"),
    };
}
