using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Interledger.Stream;

/// <summary>
/// The last segment of a connection's address, and the secret that follows from it and the server's own. A token is
/// 24 characters of randomness and, after a tilde, the tag; whoever does not know the server's secret cannot make one
/// that decrypts anything, so a server need not remember those that it gave away.
/// </summary>
public sealed partial class StreamTokens
{
    /// <summary>How long a server's secret is.</summary>
    public const int SecretLength = 32;

    private const int NonceLength = 18;
    private const char TagSeparator = '~';

    private readonly byte[] _key;

    /// <summary>Derives the key for tokens.</summary>
    public StreamTokens(ReadOnlySpan<byte> serverSecret)
    {
        if (serverSecret.Length != SecretLength)
            throw new ArgumentException("A server's secret has 32 bytes.", nameof(serverSecret));
        _key = HMACSHA256.HashData(serverSecret, "ilp_stream_shared_secret"u8);
        _receiptKey = HMACSHA256.HashData(serverSecret, "ilp_stream_receipt_setup"u8);
    }

    /// <summary>A fresh token.</summary>
    /// <param name="tag">Visible to everyone on the route; letters, digits and <c>_~-</c>, or empty for none.</param>
    public static string Create(string tag)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        RandomNumberGenerator.Fill(nonce);
        return WithTag(Base64Url.EncodeToString(nonce), tag);
    }

    /// <summary>The tag of a token; empty if it has none.</summary>
    public static ReadOnlySpan<char> TagOf(ReadOnlySpan<char> token) =>
        token.IndexOf(TagSeparator) is >= 0 and var separator ? token[(separator + 1)..] : default;

    /// <summary>The secret of the connection with this token; 32 bytes.</summary>
    public void SharedSecret(ReadOnlySpan<char> token, Span<byte> sharedSecret)
    {
        Span<byte> ascii = stackalloc byte[token.Length];
        Encoding.ASCII.GetBytes(token, ascii);
        HMACSHA256.HashData(_key, ascii, sharedSecret);
    }

    private static string WithTag(string token, string tag) => tag.Length == 0 ? token : $"{token}{TagSeparator}{tag}";
}
