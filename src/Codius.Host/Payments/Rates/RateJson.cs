using System.Globalization;
using System.Text.Json;
using Codius.Core.Money;

namespace Codius.Host.Payments.Rates;

/// <summary>
/// Reads a rate out of the answer of a source: the number, or string of a number, at a JSON pointer (RFC 6901).
/// </summary>
internal static class RateJson
{
    private const int MostDigits = 64;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>False for what is no JSON, has nothing there, or no positive number. Never throws.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> utf8, string pointer, out Rational rate)
    {
        rate = default;
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            return TryFind(document.RootElement, pointer, out var value) && TryReadNumber(value, out rate);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is what a string that is no UTF-16 is answered with.
            return false;
        }
    }

    private static bool TryFind(JsonElement root, string pointer, out JsonElement value)
    {
        value = root;
        if (pointer.Length == 0)
            return true;
        foreach (var step in pointer[1..].Split('/'))
        {
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (value.ValueKind == JsonValueKind.Array)
            {
                if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    || index >= value.GetArrayLength())
                    return false;
                value = value[index];
            }
            else if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
                return false;
        }

        return true;
    }

    private static bool TryReadNumber(JsonElement value, out Rational rate)
    {
        rate = default;
        var text = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => value.GetString()!,
            _ => "",
        };
        return text.Length is > 0 and <= MostDigits && !text.Contains('/') && Rational.TryParse(text, out rate)
            && rate.IsPositive;
    }
}
