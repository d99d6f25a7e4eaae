using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Codius.Runtime.Containerd.Network;

/// <summary>
/// What the kernel tells of changes to the machine's nftables, whoever makes them, as `nft monitor` prints it:
/// `man 7 netlink`.
/// </summary>
internal sealed class RulesetEvents : IDisposable
{
    private const int Family = 16; // AF_NETLINK, which .NET has no name for.
    private const int RawAndClosedOnExec = 3 | 0x80000;
    private const int Netfilter = 12;
    private const uint GroupOfNftables = 1 << 6;
    private const int MaxDatagram = 64 * 1024;

    private readonly Socket _socket;
    private readonly byte[] _datagram = new byte[MaxDatagram];

    private RulesetEvents(Socket socket) => _socket = socket;

    /// <exception cref="IOException">The kernel does not tell.</exception>
    public static RulesetEvents Open()
    {
        var descriptor = CreateSocket(Family, RawAndClosedOnExec, Netfilter);
        if (descriptor < 0)
            throw Failed("socket");
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        var address = new Address { Family = Family, Groups = GroupOfNftables };
        if (Bind(descriptor, address, Marshal.SizeOf<Address>()) != 0)
        {
            var failed = Failed("bind");
            handle.Dispose();
            throw failed;
        }

        return new RulesetEvents(new Socket(handle));
    }

    /// <summary>Waits for the next change.</summary>
    public async Task<RulesetChange> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var change = await ReceiveAsync(cancellationToken);
            if (!change.IsNone)
                return change;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<RulesetChange> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            var length = await _socket.ReceiveAsync(_datagram, SocketFlags.None, cancellationToken);
            return RulesetChange.Read(_datagram.AsSpan(0, length));
        }
        catch (SocketException overrun) when (overrun.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
        {
            return RulesetChange.Unknown;
        }
    }

    private static IOException Failed(string call) =>
        new($"The kernel does not tell of changes to nftables: {call}: {new Win32Exception().Message}");

    /// <summary>struct sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Address
    {
        public ushort Family;
        public ushort Padding;
        public uint Port;
        public uint Groups;
    }

    [DllImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static extern int CreateSocket(int family, int type, int protocol);

    [DllImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static extern int Bind(int socket, in Address address, int length);
}
