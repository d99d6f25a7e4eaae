using System.Globalization;
using System.Text;

namespace Codius.Conformance;

/// <summary>
/// An HTTP/1.1 message as text in which each character is one byte (Latin-1), so that it can be sent again as it was.
/// </summary>
public sealed record RecordedMessage(string StartLine, ILookup<string, string> Headers, string Head, string Body)
{
    private const string EndOfHead = "\r\n\r\n";

    /// <summary>0 when there was no answer at all.</summary>
    public int Status =>
        StartLine.Split(' ') is [_, { } status, ..] ? int.Parse(status, CultureInfo.InvariantCulture) : 0;

    public string? Header(string name) => Headers[name].FirstOrDefault();

    /// <summary>
    /// Reads a message; what follows its body, such as the line end before the next mark, is left out.
    /// </summary>
    public static RecordedMessage Parse(string text)
    {
        var end = text.IndexOf(EndOfHead, StringComparison.Ordinal);
        if (end < 0)
            (text, end) = (text.TrimEnd() + EndOfHead, text.TrimEnd().Length);
        var lines = text[..end].Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2).ToLookup(
            pair => pair[0].Trim(), pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var rest = text[(end + EndOfHead.Length)..];
        return new RecordedMessage(lines[0], headers, text[..(end + EndOfHead.Length)], BodyOf(headers, rest));
    }

    private static string BodyOf(ILookup<string, string> headers, string rest)
    {
        if (headers["Transfer-Encoding"].Contains("chunked", StringComparer.OrdinalIgnoreCase))
            return Unchunk(rest);
        if (headers["Content-Length"].FirstOrDefault() is not { } length)
            return rest;
        var count = int.Parse(length, CultureInfo.InvariantCulture);
        return rest.Trim('\n') == $"<{count} bytes>" ? BodyOfLength(count) : rest[..Math.Min(count, rest.Length)];
    }

    /// <summary>Stands for a body that was too long to be recorded.</summary>
    private static string BodyOfLength(int count) => $$"""{"manifest":"{{new string('x', count - 15)}}"}""";

    private static string Unchunk(string text)
    {
        var body = new StringBuilder();
        var at = 0;
        while (at < text.Length)
        {
            var line = text.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (line < 0
                || !int.TryParse(
                    text.AsSpan(at, line - at), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var size)
                || size == 0)
                break;
            var start = line + 2;
            body.Append(text, start, Math.Min(size, text.Length - start));
            at = start + size + 2;
        }

        return body.ToString();
    }
}
