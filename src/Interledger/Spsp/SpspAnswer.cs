using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Interledger.Addresses;
using Interledger.Stream;

namespace Interledger.Spsp;

/// <summary>What a receiver answers (RFC 0009, "Response Body"): where to pay, and what it tells of itself.</summary>
/// <param name="Credentials">Where to connect by STREAM, and the secret.</param>
/// <param name="ReceiptsEnabled">Whether it will give receipts (RFC 0039, section "SPSP").</param>
/// <param name="Details">The rest; none of it is needed to pay.</param>
public sealed record SpspAnswer(StreamCredentials Credentials, bool ReceiptsEnabled, SpspDetails Details)
{
    private const int SecretLength = 32;
    private const int LongestText = 256;

    /// <summary>Reads the JSON of an answer. False if it does not say where to pay.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8Json, [NotNullWhen(true)] out SpspAnswer? answer)
    {
        answer = null;
        try
        {
            var reader = new Utf8JsonReader(utf8Json);
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.Read())
                return false;
            answer = Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // It is no JSON, or a text in it is no Unicode.
        }

        return answer is not null;
    }

    private static SpspAnswer? Read(JsonElement json)
    {
        Span<byte> secret = stackalloc byte[SecretLength];
        if (!IlpAddress.TryParse(Text(json, "destination_account", IlpAddress.MaxLength), out var address)
            || !Base64Text.TryDecode(Text(json, "shared_secret", LongestText), secret))
            return null;
        var receipts = Find(json, "receipts_enabled") is { ValueKind: JsonValueKind.True };
        return new SpspAnswer(new StreamCredentials(address, secret.ToArray()), receipts, ReadDetails(json));
    }

    private static SpspDetails ReadDetails(JsonElement json)
    {
        var asset = Find(json, "asset_info");
        var balance = Find(json, "balance");
        return new SpspDetails
        {
            Asset = Text(asset, "code", LongestText) is { } code && Find(asset, "scale") is { } scale
                && scale.ValueKind == JsonValueKind.Number && scale.TryGetByte(out var number)
                    ? new AssetDetails(code, number)
                    : null,
            Balance = Amount(balance, "maximum") is { } maximum && Amount(balance, "current") is { } current
                ? new SpspBalance(maximum, current)
                : null,
            ReceiverName = Text(Find(json, "receiver_info"), "name", LongestText),
        };
    }

    // Amounts are texts, since numbers of JSON lose digits in many programs.
    private static Int128? Amount(JsonElement? json, string name) =>
        Int128.TryParse(
            Text(json, name, 40), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount)
        && Int128.Abs(amount) <= ulong.MaxValue
            ? amount
            : null;

    private static string? Text(JsonElement? json, string name, int longest) =>
        Find(json, name) is { ValueKind: JsonValueKind.String } value
        && value.GetString() is { } text && text.Length <= longest
            ? text
            : null;

    private static JsonElement? Find(JsonElement? json, string name) =>
        json is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var value) ? value : null;
}
