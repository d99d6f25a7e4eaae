using System.Net.WebSockets;
using Interledger.Links;

namespace Interledger.Btp;

/// <summary>Reads whole BTP packets from a WebSocket, never more than the allowed number of bytes.</summary>
internal sealed class BtpFrameReader(WebSocket socket)
{
    private const int FirstBufferSize = 4096;

    private byte[] _buffer = new byte[FirstBufferSize];

    /// <summary>
    /// Waits for the next packet; its bytes are its own. Null if there is none, and then <see cref="End"/> says why.
    /// </summary>
    public async ValueTask<BtpPacket?> ReadAsync(int maxSize, CancellationToken cancellationToken)
    {
        try
        {
            var length = await ReadMessageAsync(maxSize, cancellationToken);
            if (length < 0)
                return null;
            if (BtpPacket.TryRead(_buffer.AsSpan(0, length).ToArray(), out var packet))
                return packet;
            End = new BtpDisconnect(BtpDisconnectReason.NotBtp, "a frame that is no BTP packet");
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException
            or IOException or InvalidOperationException)
        {
            End = new BtpDisconnect(BtpDisconnectReason.ConnectionLost, e.Message);
        }

        return null;
    }

    /// <summary>Why nothing more comes.</summary>
    public BtpDisconnect? End { get; private set; }

    // The length of the message, which is in the buffer; negative if there is none.
    private async ValueTask<int> ReadMessageAsync(int maxSize, CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            if (length > maxSize)
            {
                End = new BtpDisconnect(BtpDisconnectReason.FrameTooLarge, $"more than {maxSize} bytes");
                return -1;
            }

            // One byte more than is allowed, so that a message of exactly that size is not taken for a larger one.
            if (length == _buffer.Length)
                Array.Resize(ref _buffer, Math.Min(2 * length, maxSize + 1));
            var result = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                End = new BtpDisconnect(BtpDisconnectReason.ClosedByPeer, CloseWords());
                return -1;
            }

            if (result.MessageType == WebSocketMessageType.Text)
            {
                End = new BtpDisconnect(BtpDisconnectReason.NotBtp, "a frame of text");
                return -1;
            }

            length += result.Count;
            if (result.EndOfMessage && length <= maxSize)
                return length;
        }
    }

    private string CloseWords() =>
        PeerText.OneLine($"{(int?)socket.CloseStatus} {socket.CloseStatusDescription}".Trim());
}
