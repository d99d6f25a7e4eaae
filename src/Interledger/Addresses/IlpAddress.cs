using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Interledger.Addresses;

/// <summary>An address or the prefix of one (RFC 0015): an allocation scheme and segments, joined by dots.</summary>
public readonly record struct IlpAddress
{
    /// <summary>The longest address, in characters (RFC 0015, section "Address requirements").</summary>
    public const int MaxLength = 1023;

    private static readonly SearchValues<byte> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~-."u8);

    private readonly string? _value;

    private IlpAddress(string value) => _value = value;

    /// <summary>The address as text; empty for the default value, which names nothing.</summary>
    public string Value => _value ?? "";

    /// <summary>Whether this names nothing.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(_value);

    /// <summary>Reads an address with at least one segment after its scheme.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out IlpAddress address)
    {
        address = default;
        if (text is null || !IsValid(text))
            return false;
        address = new IlpAddress(text);
        return true;
    }

    /// <summary>Reads an address from the octets of a packet.</summary>
    public static bool TryParse(ReadOnlySpan<byte> ascii, out IlpAddress address)
    {
        address = default;
        if (!IsValid(ascii))
            return false;
        address = new IlpAddress(Encoding.ASCII.GetString(ascii));
        return true;
    }

    /// <summary>Reads an address that is known to be one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static IlpAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"Not an ILP address: {text}");

    /// <summary>Whether the octets are an address.</summary>
    public static bool IsValid(ReadOnlySpan<byte> ascii)
    {
        var scheme = ascii.IndexOf((byte)'.');
        if (ascii.Length > MaxLength || scheme < 0 || !IsScheme(ascii[..scheme]))
            return false;
        var segments = ascii[scheme..];
        return !segments.ContainsAnyExcept(Characters) && !segments.EndsWith("."u8) && segments.IndexOf(".."u8) < 0;
    }

    /// <summary>Whether the text is an address.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength)
            return false;
        Span<byte> ascii = stackalloc byte[text.Length];
        return Ascii.FromUtf16(text, ascii, out _) == OperationStatus.Done && IsValid(ascii);
    }

    /// <summary>This address with segments added to its end.</summary>
    /// <exception cref="FormatException">The result is no address.</exception>
    public IlpAddress Append(string segments) => Parse($"{Value}.{segments}");

    /// <summary>Whether this is the address, or a prefix of it that ends where a segment ends.</summary>
    public bool IsPrefixOf(IlpAddress address) =>
        address.Value.StartsWith(Value, StringComparison.Ordinal)
        && (address.Value.Length == Value.Length || IsEmpty || address.Value[Value.Length] == '.');

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static bool IsScheme(ReadOnlySpan<byte> scheme) =>
        scheme.SequenceEqual("g"u8) || scheme.SequenceEqual("private"u8) || scheme.SequenceEqual("example"u8)
        || scheme.SequenceEqual("peer"u8) || scheme.SequenceEqual("self"u8) || scheme.SequenceEqual("test"u8)
        || scheme.SequenceEqual("test1"u8) || scheme.SequenceEqual("test2"u8) || scheme.SequenceEqual("test3"u8)
        || scheme.SequenceEqual("local"u8);
}
