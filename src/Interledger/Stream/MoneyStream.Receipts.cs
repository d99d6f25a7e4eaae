using Interledger.Receipts;

namespace Interledger.Stream;

public sealed partial class MoneyStream
{
    private byte[]? _receipt;
    private ulong _receivedEarlier;

    /// <summary>
    /// The receiver's last receipt for what this stream has sent (RFC 0039), to be shown to whoever wants to see proof;
    /// empty if there is none. It can be checked only by the one who gave the receiver the secret.
    /// </summary>
    public ReadOnlyMemory<byte> Receipt => Read(static stream => stream._receipt);

    /// <summary>
    /// What the stream had received in an earlier life of its connection, which the receiver has forgotten since or was
    /// restarted after. Receipts count it in, so that they never fall behind earlier ones. To be set by a receiver that
    /// keeps totals, when it is told of the stream.
    /// </summary>
    public ulong ReceivedEarlier
    {
        get => Read(static stream => stream._receivedEarlier);
        set
        {
            lock (Connection.Gate)
                _receivedEarlier = value;
        }
    }

    internal ulong ReceivedEver => ExchangeRate.Saturate((UInt128)_receivedEarlier + Received);

    // Answers may overtake each other.
    internal void LearnReceipt(ReadOnlySpan<byte> bytes)
    {
        if (!StreamReceipt.TryRead(bytes, out var receipt) || receipt.StreamId != Id)
            return;
        if (StreamReceipt.TryRead(_receipt, out var known) && known.TotalReceived >= receipt.TotalReceived)
            return;
        _receipt = bytes.ToArray();
    }
}
