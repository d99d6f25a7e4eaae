using System.Security.Cryptography;

namespace Interledger.Stream;

/// <summary>
/// SHA-256, and HMAC with it, by a hash object that each thread keeps. The one-shot methods look their algorithm up for
/// every packet, which costs more than the hashing, and an HMAC object for each connection would take a kilobyte.
/// </summary>
internal static class StreamHash
{
    private const int BlockLength = 64;

    [ThreadStatic]
    private static IncrementalHash? _current;

    private static IncrementalHash Current => _current ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public static void Sha256(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        var current = Current;
        current.AppendData(data);
        current.GetHashAndReset(hash);
    }

    /// <summary>HMAC (RFC 2104, section 2) with a key that is not longer than a block.</summary>
    public static void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> hash)
    {
        // The outer hash is of a block and of the inner hash.
        Span<byte> outer = stackalloc byte[BlockLength + SHA256.HashSizeInBytes];
        var pad = outer[..BlockLength];
        var current = Current;
        Pad(key, 0x36, pad);
        current.AppendData(pad);
        current.AppendData(data);
        current.GetHashAndReset(outer[BlockLength..]);
        Pad(key, 0x5c, pad);
        Sha256(outer, hash);
        CryptographicOperations.ZeroMemory(outer);
    }

    private static void Pad(ReadOnlySpan<byte> key, byte mask, Span<byte> pad)
    {
        pad.Fill(mask);
        for (var i = 0; i < key.Length; i++)
            pad[i] ^= key[i];
    }
}
