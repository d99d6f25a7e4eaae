using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Codius.Testing.Processes;

/// <summary>
/// Ports that nobody listens on, for programs that must be told one. They lie below those that Linux gives to outgoing
/// connections, any of which could otherwise take one before the program does.
/// </summary>
public static class FreePort
{
    private const int First = 10_000;
    private const int Count = 22_000;

    // Test processes that run at the same time begin at different places.
    private static int _next = RandomNumberGenerator.GetInt32(Count);

    public static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % Count);
            if (IsFree(port))
                return port;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Any, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
