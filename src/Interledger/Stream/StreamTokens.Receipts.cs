using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Interledger.Receipts;

namespace Interledger.Stream;

// RFC 0039, section "Stateless Receiver": nonce and secret of receipts travel in the address, encrypted. Their part of
// the token follows its randomness, which it makes longer; the connection's secret follows from all of the token, so
// nobody can change or exchange it.
public sealed partial class StreamTokens
{
    private const int SetupLength = ReceiptSetup.NonceLength + ReceiptSetup.SecretLength;
    private const int SealLength = 16;
    private const int LengthWithReceipts = NonceLength + SetupLength + SealLength;

    private readonly byte[] _receiptKey;

    /// <summary>A fresh token that carries what its connection needs to issue receipts.</summary>
    /// <param name="tag">As for <see cref="Create(string)"/>.</param>
    /// <param name="receipts">Only this server can read it again.</param>
    public string Create(string tag, ReceiptSetup receipts)
    {
        Span<byte> token = stackalloc byte[LengthWithReceipts];
        var nonce = token[..NonceLength];
        RandomNumberGenerator.Fill(nonce);
        Span<byte> setup = stackalloc byte[SetupLength];
        receipts.Nonce.Span.CopyTo(setup);
        receipts.Secret.Span.CopyTo(setup[ReceiptSetup.NonceLength..]);
        using (var aes = Cipher(nonce))
            aes.Encrypt(OnlyNonce, setup, token.Slice(NonceLength, SetupLength), token[^SealLength..]);
        CryptographicOperations.ZeroMemory(setup);
        return WithTag(Base64Url.EncodeToString(token), tag);
    }

    /// <summary>Finds out what a token carries for receipts; false if it is nothing.</summary>
    public bool TryReadReceipts(ReadOnlySpan<char> token, [NotNullWhen(true)] out ReceiptSetup? receipts)
    {
        receipts = null;
        var end = token.IndexOf(TagSeparator);
        var text = end < 0 ? token : token[..end];
        Span<byte> bytes = stackalloc byte[LengthWithReceipts];
        if (text.Length != Base64Url.GetEncodedLength(LengthWithReceipts)
            || !Base64Url.IsValid(text, out var length) || length != LengthWithReceipts
            || !Base64Url.TryDecodeFromChars(text, bytes, out _))
            return false;
        Span<byte> setup = stackalloc byte[SetupLength];
        try
        {
            using var aes = Cipher(bytes[..NonceLength]);
            aes.Decrypt(OnlyNonce, bytes.Slice(NonceLength, SetupLength), bytes[^SealLength..], setup);
        }
        catch (CryptographicException)
        {
            return false;
        }

        receipts = new ReceiptSetup(setup[..ReceiptSetup.NonceLength], setup[ReceiptSetup.NonceLength..]);
        return true;
    }

    // The key is for one token, so one nonce is enough, and there may be any number of tokens.
    private static ReadOnlySpan<byte> OnlyNonce => new byte[12];

    private AesGcm Cipher(ReadOnlySpan<byte> tokenNonce)
    {
        Span<byte> key = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_receiptKey, tokenNonce, key);
        return new AesGcm(key, SealLength);
    }
}
