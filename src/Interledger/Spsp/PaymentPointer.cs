using System.Buffers;

namespace Interledger.Spsp;

/// <summary>
/// The name of an account that can be paid (RFC 0026), such as <c>$example.com/bob</c>. It stands for an HTTPS URL and
/// can have neither user, port, query nor fragment. Host names are compared and shown in small letters.
/// </summary>
public readonly record struct PaymentPointer
{
    /// <summary>The longest pointer that is read.</summary>
    public const int MaxLength = 2048;

    private const string WellKnownPath = "/.well-known/pay";
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";

    private static readonly SearchValues<char> HostCharacters = SearchValues.Create(Letters);

    // RFC 3986, section 3.3: pchar, the slash between segments, and the percent sign, which is looked at again.
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create(Letters + "~!$&'()*+,;=:@/%");

    private readonly string? _host;
    private readonly string? _path;

    private PaymentPointer(string host, string path) => (_host, _path) = (host, path);

    /// <summary>The host; empty for the default value, which names nothing.</summary>
    public string Host => _host ?? "";

    /// <summary>The path; empty for the host's own account.</summary>
    public string Path => _path ?? "";

    /// <summary>Where the account's details are asked for (RFC 0026, "Receiver Endpoint Resolution").</summary>
    /// <exception cref="InvalidOperationException">It is the default value.</exception>
    public Uri Endpoint => _host is null
        ? throw new InvalidOperationException("This payment pointer names nothing.")
        : new Uri($"https://{_host}{(Path.Length == 0 ? WellKnownPath : Path)}");

    /// <summary>Reads a payment pointer (RFC 0026, "Payment Pointer Syntax").</summary>
    public static bool TryParse(string? text, out PaymentPointer pointer)
    {
        pointer = default;
        if (text is not ['$', _, ..] || text.Length > MaxLength)
            return false;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? text[1..] : text[1..slash];
        var path = slash < 0 ? "" : text[slash..];
        if (!IsHost(host) || !IsPath(path))
            return false;
        pointer = new PaymentPointer(host.ToLowerInvariant(), path == "/" ? "" : path);
        // What a URL's parser understands otherwise must not be shown as this.
        return Uri.TryCreate($"https://{pointer.Host}{path}", UriKind.Absolute, out var url)
            && url.Host.Equals(pointer.Host, StringComparison.Ordinal)
            && url is { IsDefaultPort: true, UserInfo: "", Query: "", Fragment: "" };
    }

    /// <summary>Shows it with its dollar sign.</summary>
    public override string ToString() => _host is null ? "" : $"${_host}{Path}";

    private static bool IsHost(string host)
    {
        if (host is ['[', .. var address, ']'])
            return address.Length > 0 && !address.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF:.");
        return host.Length > 0
            && !host.AsSpan().ContainsAnyExcept(HostCharacters)
            && Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }

    private static bool IsPath(string path)
    {
        if (path.AsSpan().ContainsAnyExcept(PathCharacters))
            return false;
        for (var percent = path.IndexOf('%', StringComparison.Ordinal); percent >= 0;)
        {
            if (percent + 2 >= path.Length || !char.IsAsciiHexDigit(path[percent + 1])
                || !char.IsAsciiHexDigit(path[percent + 2]))
                return false;
            percent = path.IndexOf('%', percent + 3);
        }

        // Such segments would be resolved away, so that the pointer would show another path than the one it names.
        return !path.Split('/').Any(static segment => Uri.UnescapeDataString(segment) is "." or "..");
    }
}
