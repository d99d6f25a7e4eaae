using System.Security.Cryptography;

namespace Interledger.Receipts;

/// <summary>
/// Checks receipts without remembering to whom it gave a nonce (RFC 0039, section "Stateless Verifier"): the secret of
/// a connection follows from its nonce and the verifier's seed, in the way of the original receipt-verifier, so that
/// both can share a seed. It does not know which receipts were shown before: whoever credits them keeps the total for
/// each nonce and stream and credits the difference, and decides for how long a nonce is good.
/// </summary>
public sealed class ReceiptVerifier
{
    /// <summary>How long a seed is.</summary>
    public const int SeedLength = 32;

    private readonly byte[] _key;

    /// <summary>Derives the key for secrets.</summary>
    /// <param name="seed">32 bytes that nobody else knows.</param>
    public ReceiptVerifier(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedLength)
            throw new ArgumentException($"A verifier's seed has {SeedLength} bytes.", nameof(seed));
        _key = HMACSHA256.HashData(seed, "receipt_secret"u8);
    }

    /// <summary>A fresh nonce and its secret, to be given to the receiver of one connection.</summary>
    public ReceiptSetup CreateSetup()
    {
        Span<byte> nonce = stackalloc byte[ReceiptSetup.NonceLength];
        RandomNumberGenerator.Fill(nonce);
        return SetupOf(nonce);
    }

    /// <summary>The nonce with its secret.</summary>
    public ReceiptSetup SetupOf(ReadOnlySpan<byte> nonce)
    {
        Span<byte> secret = stackalloc byte[ReceiptSetup.SecretLength];
        HMACSHA256.HashData(_key, nonce, secret);
        return new ReceiptSetup(nonce, secret);
    }

    /// <summary>Reads a receipt. False if no receiver with a secret of this verifier has written it.</summary>
    public bool TryVerify(ReadOnlySpan<byte> bytes, out StreamReceipt receipt)
    {
        if (!StreamReceipt.TryRead(bytes, out receipt))
            return false;
        Span<byte> secret = stackalloc byte[ReceiptSetup.SecretLength];
        HMACSHA256.HashData(_key, receipt.Nonce, secret);
        if (receipt.IsSignedWith(secret))
            return true;
        receipt = default;
        return false;
    }
}
