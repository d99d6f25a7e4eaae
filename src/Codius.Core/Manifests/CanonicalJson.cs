using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Codius.Core.Manifests;

/// <summary>
/// The text that manifests are hashed over: that of the npm package canonical-json 0.0.4, which is older than RFC 8785
/// and differs from it. Keys are in the order of their UTF-16 code units, there is no white space, and besides what
/// JSON requires a few ranges of invisible characters are escaped. Lone surrogates stay as they are in the text and
/// become U+FFFD in its UTF-8 form.
/// </summary>
public static class CanonicalJson
{
    /// <summary>
    /// Rewrites any JSON document. Fails, saying why in words that follow the document's name, when it is not JSON,
    /// not UTF-8, nested more than 64 levels deep or has more than 65536 values.
    /// </summary>
    public static bool TryConvert(
        ReadOnlySpan<byte> json,
        [NotNullWhen(true)] out string? canonical,
        [NotNullWhen(false)] out string? problem)
    {
        canonical = ParsedJson.TryRead(json, out var document, out problem) ? Write(document) : null;
        return canonical is not null;
    }

    internal static string Write(ParsedJson document)
    {
        var text = new StringBuilder();
        Append(text, document);
        return text.ToString();
    }

    /// <summary>A string as canonical JSON has it, with its quotation marks.</summary>
    internal static void AppendText(StringBuilder output, string value)
    {
        output.Append('"');
        foreach (var c in value)
        {
            if (c is '"' or '\\')
                output.Append('\\').Append(c);
            else if (!IsEscaped(c))
                output.Append(c);
            else if ("\b\t\n\f\r".IndexOf(c) is >= 0 and var index)
                output.Append('\\').Append("btnfr"[index]);
            else
                output.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }

        output.Append('"');
    }

    private static void Append(StringBuilder output, ParsedJson value)
    {
        switch (value)
        {
            case ParsedJson.Object o:
                AppendObject(output, o);
                break;
            case ParsedJson.Array a:
                AppendArray(output, a);
                break;
            case ParsedJson.Text t:
                AppendText(output, t.Value);
                break;
            case ParsedJson.Number n:
                AppendNumber(output, n.Value);
                break;
            case ParsedJson.Boolean b:
                output.Append(b.Value ? "true" : "false");
                break;
            default:
                output.Append("null");
                break;
        }
    }

    private static void AppendObject(StringBuilder output, ParsedJson.Object value)
    {
        output.Append('{');
        var separator = "";
        foreach (var (name, member) in value.Members.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            AppendText(output.Append(separator), name);
            Append(output.Append(':'), member);
            separator = ",";
        }

        output.Append('}');
    }

    private static void AppendArray(StringBuilder output, ParsedJson.Array value)
    {
        output.Append('[');
        var separator = "";
        foreach (var item in value.Items)
        {
            Append(output.Append(separator), item);
            separator = ",";
        }

        output.Append(']');
    }

    // ECMA-262, Number::toString: the shortest digits that read back as the same double, laid out its own way.
    private static void AppendNumber(StringBuilder output, double value)
    {
        if (!double.IsFinite(value))
        {
            output.Append("null");
            return;
        }

        if (value == 0)
        {
            output.Append('0');
            return;
        }

        var (digits, point) = ShortestDigits(Math.Abs(value));
        if (value < 0)
            output.Append('-');
        if (point is > 0 and <= 21 && digits.Length <= point)
            output.Append(digits).Append('0', point - digits.Length);
        else if (point is > 0 and <= 21)
            output.Append(digits, 0, point).Append('.').Append(digits, point, digits.Length - point);
        else if (point is > -6 and <= 0)
            output.Append("0.").Append('0', -point).Append(digits);
        else
        {
            output.Append(digits[0]);
            if (digits.Length > 1)
                output.Append('.').Append(digits, 1, digits.Length - 1);
            output.Append('e').Append(point > 0 ? "+" : "").Append(CultureInfo.InvariantCulture, $"{point - 1}");
        }
    }

    /// <summary>Digits without leading or trailing zeros; the value is 0.digits × 10^point.</summary>
    private static (string Digits, int Point) ShortestDigits(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = 0;
        if (text.IndexOf('E') is > 0 and var mark)
        {
            exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..mark];
        }

        var dot = text.IndexOf('.');
        var point = (dot < 0 ? text.Length : dot) + exponent;
        var digits = text.Replace(".", "");
        var significant = digits.TrimStart('0');
        return (significant.TrimEnd('0'), point - (digits.Length - significant.Length));
    }

    // The ranges of Douglas Crockford's json2.js, which canonical-json is made from.
    private static bool IsEscaped(char c) => c is < ' '
        or >= '\u007f' and <= '\u009f'
        or '\u00ad'
        or >= '\u0600' and <= '\u0604'
        or '\u070f' or '\u17b4' or '\u17b5'
        or >= '\u200c' and <= '\u200f'
        or >= '\u2028' and <= '\u202f'
        or >= '\u2060' and <= '\u206f'
        or '\ufeff'
        or >= '\ufff0';
}
