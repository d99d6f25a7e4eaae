namespace Interledger.Receipts;

/// <summary>
/// What a verifier gives a receiver so that it can issue receipts for one connection (RFC 0039): a nonce that names the
/// connection and a secret. The payer must never see the secret, or he could write receipts himself.
/// </summary>
public sealed class ReceiptSetup
{
    /// <summary>The length of a nonce.</summary>
    public const int NonceLength = 16;

    /// <summary>The length of a secret.</summary>
    public const int SecretLength = 32;

    /// <summary>Takes over a nonce and a secret.</summary>
    /// <param name="nonce">16 bytes, for no other connection in the world.</param>
    /// <param name="secret">32 bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public ReceiptSetup(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> secret)
    {
        if (nonce.Length != NonceLength)
            throw new ArgumentException($"A receipt nonce has {NonceLength} bytes.", nameof(nonce));
        if (secret.Length != SecretLength)
            throw new ArgumentException($"A receipt secret has {SecretLength} bytes.", nameof(secret));
        Nonce = nonce.ToArray();
        Secret = secret.ToArray();
    }

    /// <summary>Names the connection in its receipts.</summary>
    public ReadOnlyMemory<byte> Nonce { get; }

    /// <summary>The key of the receipts' codes.</summary>
    public ReadOnlyMemory<byte> Secret { get; }

    /// <summary>Not the secret: it must not reach a log by accident.</summary>
    public override string ToString() => Convert.ToHexStringLower(Nonce.Span);
}
