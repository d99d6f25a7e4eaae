using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Interledger.Receipts;
using Interledger.Stream;

namespace Interledger.Spsp;

/// <summary>What matters of a request for the details of a receiver.</summary>
/// <param name="Accept">The header of this name; null if there is none.</param>
/// <param name="HasQuery">Whether its URL has a query, which RFC 0009 forbids.</param>
public sealed record SpspRequest(string? Accept, bool HasQuery = false)
{
    /// <summary>The header <c>Receipt-Nonce</c>; null if there is none.</summary>
    public string? ReceiptNonce { get; init; }

    /// <summary>The header <c>Receipt-Secret</c>; null if there is none.</summary>
    public string? ReceiptSecret { get; init; }
}

/// <summary>The answer to it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">JSON in UTF-8, of the type <see cref="SpspClient.MediaType"/>.</param>
public readonly record struct SpspReply(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>For <c>Cache-Control</c>: each answer is for one payer.</summary>
    public static string CacheControl => "no-cache";
}

/// <summary>
/// Answers who wants to pay (RFC 0009): a fresh address and secret of a STREAM server each time. Nothing is remembered.
/// </summary>
public sealed class SpspServer(StreamServer server)
{
    private const int NotAcceptable = 406;
    private const int BadRequest = 400;

    /// <summary>Answers a request for a receiver that exists.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">Comes back as <see cref="StreamConnection.Tag"/>; see there.</param>
    /// <param name="details">What to tell besides; nothing else is needed to be paid.</param>
    public SpspReply Answer(SpspRequest request, string tag = "", SpspDetails? details = null)
    {
        if (request.HasQuery)
            return Error(BadRequest, "InvalidQueryError", "An SPSP endpoint takes no query.");
        if (!Accepts(request.Accept))
            return Error(NotAcceptable, "NotAcceptableError", $"There is only {SpspClient.MediaType} here.");
        if (!TryReadReceipts(request, out var receipts))
            return Error(BadRequest, "InvalidReceiptSetupError", "Receipts take 16 bytes of nonce and 32 of secret.");
        var credentials = server.CreateCredentials(tag, receipts);
        return new SpspReply(200, Write(json =>
        {
            json.WriteString("destination_account", credentials.Address.Value);
            json.WriteBase64String("shared_secret", credentials.SharedSecret.Span);
            if (receipts is not null)
                json.WriteBoolean("receipts_enabled", true);
            WriteDetails(json, details);
        }));
    }

    /// <summary>The answer when there is no such receiver.</summary>
    public static SpspReply NotFound { get; } = Error(404, "InvalidReceiverError", "Invalid receiver ID");

    // Both headers or none (RFC 0039, section "SPSP").
    private static bool TryReadReceipts(SpspRequest request, out ReceiptSetup? receipts)
    {
        receipts = null;
        if (request is { ReceiptNonce: null, ReceiptSecret: null })
            return true;
        Span<byte> nonce = stackalloc byte[ReceiptSetup.NonceLength];
        Span<byte> secret = stackalloc byte[ReceiptSetup.SecretLength];
        if (!Base64Text.TryDecode(request.ReceiptNonce, nonce) || !Base64Text.TryDecode(request.ReceiptSecret, secret))
            return false;
        receipts = new ReceiptSetup(nonce, secret);
        return true;
    }

    // Who names no type takes what there is.
    private static bool Accepts(string? accept) =>
        string.IsNullOrWhiteSpace(accept) || accept.Split(',').Any(static range =>
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            return parts[0].ToLowerInvariant() is SpspClient.MediaType or "application/*" or "*/*"
                && !parts.Skip(1).Any(static part => part.Replace(" ", "", StringComparison.Ordinal)
                    is "q=0" or "q=0.0" or "q=0.00" or "q=0.000");
        });

    private static void WriteDetails(Utf8JsonWriter json, SpspDetails? details)
    {
        if (details?.Balance is { } balance)
        {
            json.WriteStartObject("balance");
            json.WriteString("maximum", balance.Maximum.ToString(CultureInfo.InvariantCulture));
            json.WriteString("current", balance.Current.ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        if (details?.Asset is { } asset)
        {
            json.WriteStartObject("asset_info");
            json.WriteString("code", asset.Code);
            json.WriteNumber("scale", asset.Scale);
            json.WriteEndObject();
        }

        if (details?.ReceiverName is { } name)
        {
            json.WriteStartObject("receiver_info");
            json.WriteString("name", name);
            json.WriteEndObject();
        }
    }

    private static SpspReply Error(int status, string id, string message) => new(status, Write(json =>
    {
        json.WriteString("id", id);
        json.WriteString("message", message);
    }));

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> writeMembers)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        writeMembers(json);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
