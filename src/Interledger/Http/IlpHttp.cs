namespace Interledger.Http;

/// <summary>What both sides of ILP over HTTP agree on (RFC 0035).</summary>
public static class IlpHttp
{
    /// <summary>The media type of requests and answers, whose body is one ILP packet (RFC 0035).</summary>
    public const string MediaType = "application/octet-stream";

    /// <summary>The scheme of the Authorization header (RFC 0035, section "Authentication"; RFC 6750).</summary>
    public const string Scheme = "Bearer";

    /// <summary>
    /// The largest body that is read, in bytes. An ILP packet has at most 32 768 bytes of data and some 1 200 around.
    /// </summary>
    public const int MaxBodySize = 64 * 1024;

    /// <summary>
    /// Whether a text can stand in a header as a token: visible ASCII, as RFC 6750 has it, and anything else that is
    /// visible, because peers choose their tokens freely.
    /// </summary>
    public static bool IsToken(ReadOnlySpan<char> text) =>
        !text.IsEmpty && !text.ContainsAnyExceptInRange('!', '~');

    /// <summary>
    /// Finds the token in the value of an Authorization header. The scheme may be written in any case.
    /// </summary>
    public static bool TryReadToken(ReadOnlySpan<char> authorization, out ReadOnlySpan<char> token)
    {
        token = default;
        if (authorization.Length <= Scheme.Length || authorization[Scheme.Length] != ' '
            || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        token = authorization[Scheme.Length..].Trim(' ');
        return IsToken(token);
    }
}
