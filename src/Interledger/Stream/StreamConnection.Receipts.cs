using Interledger.Receipts;

namespace Interledger.Stream;

// Receipts (RFC 0039): the receiver puts one for each stream into the answer to its money, the sender keeps the last.
public sealed partial class StreamConnection
{
    // A frame around 58 bytes: type, length, stream, length.
    private const int ReceiptFrameLength = StreamReceipt.Length + 8;

    internal ReceiptSetup? Receipts { get; init; }

    private int ReceiptRoom(HeldMoney held) => Receipts is null ? 0 : held.Shares.Length * ReceiptFrameLength;

    private void AddReceipts(StreamFrameBuffer frames, HeldMoney held)
    {
        if (Receipts is not { } setup)
            return;
        Span<byte> receipt = stackalloc byte[StreamReceipt.Length];
        foreach (var (stream, _) in held.Shares)
        {
            if (stream.Id > StreamReceipt.MaxStreamId || frames.Length > MaxFrames - ReceiptFrameLength)
                continue;
            StreamReceipt.Write(setup, (byte)stream.Id, stream.ReceivedEver, receipt);
            frames.Add(StreamFrame.StreamReceipt(stream.Id, receipt));
        }
    }

    // Also when the connection has been closed meanwhile: the money counts all the same.
    private static void LearnReceipt(in StreamPacket packet, MoneyStream payer)
    {
        foreach (var frame in packet)
        {
            if (frame.Type == StreamFrameType.StreamReceipt && frame.StreamId == payer.Id)
                payer.LearnReceipt(frame.Receipt);
        }
    }
}
