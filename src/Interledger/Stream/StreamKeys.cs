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

    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] _fulfillmentKey;
    private readonly AesGcm _aes;
    private readonly Lock _aesLock = new();

    /// <summary>Derives the keys.</summary>
    /// <param name="sharedSecret">The secret that both sides know; 32 bytes.</param>
    public StreamKeys(ReadOnlySpan<byte> sharedSecret)
    {
        Span<byte> encryptionKey = stackalloc byte[HashLength];
        HMACSHA256.HashData(sharedSecret, "ilp_stream_encryption"u8, encryptionKey);
        _aes = new AesGcm(encryptionKey, TagLength);
        CryptographicOperations.ZeroMemory(encryptionKey);
        _fulfillmentKey = HMACSHA256.HashData(sharedSecret, "ilp_stream_fulfillment"u8);
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
            lock (_aesLock)
            {
                _aes.Decrypt(
                    data[..NonceLength], data[Overhead..], data[NonceLength..Overhead], plaintext);
            }

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
        RandomNumberGenerator.Fill(data[..NonceLength]);
        lock (_aesLock)
            _aes.Encrypt(data[..NonceLength], plaintext, data[Overhead..], data[NonceLength..Overhead]);
    }

    /// <summary>Makes the fulfilment for an ILP packet with this data.</summary>
    public void Fulfillment(ReadOnlySpan<byte> data, Span<byte> fulfillment) =>
        HMACSHA256.HashData(_fulfillmentKey, data, fulfillment);

    /// <summary>Makes the condition of a fulfilment.</summary>
    public static void Condition(ReadOnlySpan<byte> fulfillment, Span<byte> condition) =>
        SHA256.HashData(fulfillment, condition);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_aesLock)
            _aes.Dispose();
        CryptographicOperations.ZeroMemory(_fulfillmentKey);
    }
}
