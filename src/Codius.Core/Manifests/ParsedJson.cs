using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Codius.Core.Manifests;

/// <summary>
/// A JSON document as JavaScript's <c>JSON.parse</c> holds it: of equal keys the last wins, numbers are doubles, and a
/// string may contain a lone surrogate. Depth and number of values are limited, so that hostile documents cost little.
/// </summary>
internal abstract record ParsedJson
{
    public const int MaxDepth = 64;

    public const int MaxValues = 65536;

    public sealed record Object(IReadOnlyDictionary<string, ParsedJson> Members) : ParsedJson;

    public sealed record Array(IReadOnlyList<ParsedJson> Items) : ParsedJson;

    public sealed record Text(string Value) : ParsedJson;

    public sealed record Number(double Value) : ParsedJson;

    public sealed record Boolean(bool Value) : ParsedJson;

    public sealed record Null : ParsedJson;

    public static bool TryRead(
        ReadOnlySpan<byte> utf8,
        [NotNullWhen(true)] out ParsedJson? document,
        [NotNullWhen(false)] out string? problem)
    {
        (document, problem) = Read(utf8);
        return problem is null;
    }

    private static (ParsedJson? Document, string? Problem) Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return (null, "is empty, a JSON object was expected");
        if (!Utf8.IsValid(utf8))
            return (null, "is not valid UTF-8");
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
            var budget = MaxValues;
            reader.Read();
            var document = ReadValue(ref reader, ref budget);
            if (budget < 0)
                return (null, $"has more than {MaxValues} values");
            // What follows the document is read too: it must be white space.
            reader.Read();
            return (document, null);
        }
        catch (JsonException e)
        {
            // The reader has no other way to report malformed input. Its own message would quote the input.
            return (null, $"is not JSON of at most {MaxDepth} levels (line {e.LineNumber + 1}, "
                + $"byte {e.BytePositionInLine + 1})");
        }
    }

    private static ParsedJson ReadValue(ref Utf8JsonReader reader, ref int budget)
    {
        budget--;
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => ReadObject(ref reader, ref budget),
            JsonTokenType.StartArray => ReadArray(ref reader, ref budget),
            JsonTokenType.String => new Text(ReadText(ref reader)),
            JsonTokenType.Number => new Number(
                double.Parse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture)),
            JsonTokenType.True => new Boolean(true),
            JsonTokenType.False => new Boolean(false),
            _ => new Null(),
        };
    }

    private static Object ReadObject(ref Utf8JsonReader reader, ref int budget)
    {
        var members = new Dictionary<string, ParsedJson>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject && budget >= 0)
        {
            var name = ReadText(ref reader);
            reader.Read();
            members[name] = ReadValue(ref reader, ref budget);
        }

        return new Object(members);
    }

    private static Array ReadArray(ref Utf8JsonReader reader, ref int budget)
    {
        var items = new List<ParsedJson>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray && budget >= 0)
            items.Add(ReadValue(ref reader, ref budget));
        return new Array(items);
    }

    // Utf8JsonReader.GetString refuses lone surrogates, which JavaScript keeps.
    private static string ReadText(ref Utf8JsonReader reader)
    {
        var utf8 = reader.ValueSpan;
        if (!reader.ValueIsEscaped)
            return Encoding.UTF8.GetString(utf8);
        var text = new StringBuilder(utf8.Length);
        for (var escape = utf8.IndexOf((byte)'\\'); escape >= 0; escape = utf8.IndexOf((byte)'\\'))
        {
            text.Append(Encoding.UTF8.GetString(utf8[..escape]));
            var kind = utf8[escape + 1];
            text.Append(kind == 'u'
                ? (char)ushort.Parse(utf8.Slice(escape + 2, 4), NumberStyles.HexNumber)
                : Simple(kind));
            utf8 = utf8[(escape + (kind == 'u' ? 6 : 2))..];
        }

        return text.Append(Encoding.UTF8.GetString(utf8)).ToString();
    }

    private static char Simple(byte escape) => (char)escape switch
    {
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        var itself => itself,
    };
}
