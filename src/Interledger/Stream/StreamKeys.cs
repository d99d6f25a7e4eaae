using System.Security.Cryptography;

namespace Interledger.Stream;

/// <summary>
/// The keys of a connection, derived from its shared secret (RFC 0029, section 5.1 and 4.1): one to encrypt packets,
/// one to make fulfilments. Safe to use from several threads.
/// </summary>
public sealed class StreamKeys : IDisposable
{
    /// <summary>How much longer a packet becomes by encryption.</summary>
    public const int Overhead = NonceLength + TagLength;

    /// <summary>The length of a fulfilment and of a condition.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    private const int NonceLength = RandomNonces.Length;
    private const int TagLength = 16;

    private readonly byte[] _encryptionKey;
    private readonly byte[] _fulfillmentKey;
    private readonly Lock _lock = new();

    // Kept while packets come: setting it up costs as much as using it, and it takes a kilobyte outside of the heap.
    private AesGcm? _cipher;
    private bool _isDisposed;

    /// <summary>Derives the keys.</summary>
    /// <param name="sharedSecret">The secret that both sides know; 32 bytes.</param>
    public StreamKeys(ReadOnlySpan<byte> sharedSecret)
    {
        _encryptionKey = HMACSHA256.HashData(sharedSecret, "ilp_stream_encryption"u8);
        _fulfillmentKey = HMACSHA256.HashData(sharedSecret, "ilp_stream_fulfillment"u8);
    }

    private AesGcm Cipher
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _cipher ??= new AesGcm(_encryptionKey, TagLength);
        }
    }

    /// <summary>
    /// Decrypts the data of an ILP packet: nonce, tag and ciphertext, in this order. False if it was encrypted with
    /// another key or changed on the way.
    /// </summary>
    /// <param name="data">The data.</param>
    /// <param name="plaintext">Receives the packet; as long as the data less <see cref="Overhead"/>.</param>
    public bool TryDecrypt(ReadOnlySpan<byte> data, Span<byte> plaintext)
    {
        if (data.Length < Overhead || plaintext.Length != data.Length - Overhead)
            return false;
        try
        {
            lock (_lock)
                Cipher.Decrypt(data[..NonceLength], data[Overhead..], data[NonceLength..Overhead], plaintext);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Encrypts a packet under a fresh random nonce.</summary>
    /// <param name="plaintext">The packet.</param>
    /// <param name="data">Receives the data; longer than the packet by <see cref="Overhead"/>.</param>
    public void Encrypt(ReadOnlySpan<byte> plaintext, Span<byte> data)
    {
        RandomNonces.Next(data[..NonceLength]);
        lock (_lock)
            Cipher.Encrypt(data[..NonceLength], plaintext, data[Overhead..], data[NonceLength..Overhead]);
    }

    /// <summary>Makes the fulfilment for an ILP packet with this data.</summary>
    public void Fulfillment(ReadOnlySpan<byte> data, Span<byte> fulfillment) =>
        StreamHash.Hmac(_fulfillmentKey, data, fulfillment);

    /// <summary>Makes the condition of a fulfilment.</summary>
    public static void Condition(ReadOnlySpan<byte> fulfillment, Span<byte> condition) =>
        StreamHash.Sha256(fulfillment, condition);

    /// <summary>Gives up the memory outside of the heap until a packet comes: for connections at rest.</summary>
    internal void Rest()
    {
        lock (_lock)
        {
            _cipher?.Dispose();
            _cipher = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Rest();
        lock (_lock)
        {
            _isDisposed = true;
            CryptographicOperations.ZeroMemory(_encryptionKey);
            CryptographicOperations.ZeroMemory(_fulfillmentKey);
        }
    }
}
