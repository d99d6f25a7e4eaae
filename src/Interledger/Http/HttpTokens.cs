using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Interledger.Http;

/// <summary>
/// Finds the link of who sends this bearer token, or null if it is nobody's. It is asked once for each request. An
/// implementation must not let the time that it takes depend on how much of a token is right.
/// </summary>
public delegate ValueTask<HttpLink?> HttpAuthenticator(string token, CancellationToken cancellationToken);

/// <summary>
/// Whose bearer tokens are whose (RFC 0035, section "Authentication"), for servers that hold them in memory. A link may
/// have several, so that a token can be changed without a gap: add the new one, let the peer change over, remove the
/// old one. Tokens are kept and looked up only as keyed hashes, so the time that this takes says nothing of them.
/// </summary>
public sealed class HttpTokens
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);
    private readonly ConcurrentDictionary<TokenHash, HttpLink> _links = new();

    /// <summary>Lets who sends the token in as the peer of the link.</summary>
    /// <exception cref="ArgumentException">It cannot stand in a header, or another link has it.</exception>
    public void Add(string token, HttpLink link)
    {
        if (!IlpHttp.IsToken(token))
            throw new ArgumentException("A token is a text of visible ASCII characters.", nameof(token));
        if (_links.GetOrAdd(Hash(token), link) != link)
            throw new ArgumentException("Another link has this token.", nameof(token));
    }

    /// <summary>Refuses the token from now on; what it has brought in already is still answered.</summary>
    public bool Remove(string token) => _links.TryRemove(Hash(token), out _);

    /// <summary>Finds the link of a token.</summary>
    public bool TryFind(string token, [NotNullWhen(true)] out HttpLink? link) =>
        _links.TryGetValue(Hash(token), out link);

    /// <summary>The same as an <see cref="HttpAuthenticator"/>.</summary>
    public ValueTask<HttpLink?> AuthenticateAsync(string token, CancellationToken cancellationToken) =>
        ValueTask.FromResult(TryFind(token, out var link) ? link : null);

    private TokenHash Hash(string token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(token), hash);
        return new TokenHash(new UInt128(Read(hash), Read(hash[8..])), new UInt128(Read(hash[16..]), Read(hash[24..])));
    }

    private static ulong Read(ReadOnlySpan<byte> bytes) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes);

    private readonly record struct TokenHash(UInt128 High, UInt128 Low);
}
