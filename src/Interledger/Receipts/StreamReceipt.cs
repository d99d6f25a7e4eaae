using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Interledger.Receipts;

/// <summary>
/// A receiver's proof of what a stream has received in all (RFC 0039): a view of its 58 bytes. A later receipt of a
/// stream replaces all earlier ones.
/// </summary>
public readonly ref struct StreamReceipt
{
    /// <summary>How many bytes a receipt takes.</summary>
    public const int Length = SignedLength + HMACSHA256.HashSizeInBytes;

    /// <summary>The highest stream for which receipts can be written: its number has one byte.</summary>
    public const ulong MaxStreamId = byte.MaxValue;

    private const byte Version = 1;
    private const int StreamIdOffset = 1 + ReceiptSetup.NonceLength;
    private const int TotalOffset = StreamIdOffset + 1;
    private const int SignedLength = TotalOffset + sizeof(ulong);

    private readonly ReadOnlySpan<byte> _bytes;

    private StreamReceipt(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Names the connection.</summary>
    public ReadOnlySpan<byte> Nonce => _bytes[1..StreamIdOffset];

    /// <summary>The stream.</summary>
    public byte StreamId => _bytes[StreamIdOffset];

    /// <summary>What the stream has received in all, in the receiver's minor units.</summary>
    public ulong TotalReceived => BinaryPrimitives.ReadUInt64BigEndian(_bytes[TotalOffset..]);

    /// <summary>
    /// Reads a receipt of version 1. Anyone can have written it; only <see cref="IsSignedWith"/> tells who did.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out StreamReceipt receipt)
    {
        receipt = default;
        if (bytes.Length != Length || bytes[0] != Version)
            return false;
        receipt = new StreamReceipt(bytes);
        return true;
    }

    /// <summary>Whether somebody who knows this secret wrote it. Takes the same time whatever is wrong.</summary>
    public bool IsSignedWith(ReadOnlySpan<byte> secret)
    {
        if (_bytes.Length != Length)
            return false;
        Span<byte> code = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, _bytes[..SignedLength], code);
        return CryptographicOperations.FixedTimeEquals(code, _bytes[SignedLength..]);
    }

    /// <summary>Writes a receipt.</summary>
    /// <param name="setup">Nonce and secret of the connection.</param>
    /// <param name="streamId">The stream.</param>
    /// <param name="totalReceived">What it has received in all, in minor units.</param>
    /// <param name="receipt">Receives <see cref="Length"/> bytes.</param>
    public static void Write(ReceiptSetup setup, byte streamId, ulong totalReceived, Span<byte> receipt)
    {
        receipt[0] = Version;
        setup.Nonce.Span.CopyTo(receipt[1..]);
        receipt[StreamIdOffset] = streamId;
        BinaryPrimitives.WriteUInt64BigEndian(receipt[TotalOffset..], totalReceived);
        HMACSHA256.HashData(setup.Secret.Span, receipt[..SignedLength], receipt[SignedLength..Length]);
    }
}
