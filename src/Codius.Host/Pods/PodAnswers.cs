using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Codius.Core.Leases;
using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Host.Errors;

namespace Codius.Host.Pods;

/// <summary>What the routes of pods answer, with the original's fields first.</summary>
internal static class PodAnswers
{
    public static RecordedAnswer Sold(HostOptions options, PodView view, RuntimeInfo runtime)
    {
        var record = view.Record;
        var answer = new SoldAnswer(
            options.UrlOf(record.Manifest), record.Manifest.Value, Time(record.ExpiresAt), runtime.Isolation);
        return new RecordedAnswer(
            StatusCodes.Status200OK, JsonSerializer.Serialize(answer, PodJson.Plain.SoldAnswer));
    }

    public static PodAnswer Pod(HostOptions options, PodView view, RuntimeInfo runtime)
    {
        using var manifest = JsonDocument.Parse(view.Record.ManifestJson);
        return new PodAnswer(
            options.UrlOf(view.Record.Manifest),
            view.Record.Manifest.Value,
            Time(view.Record.ExpiresAt),
            manifest.RootElement.Clone(),
            view.Trouble is null ? "running" : "failed",
            view.Trouble,
            runtime.Isolation);
    }

    /// <summary>A time as JavaScript writes it.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}

internal sealed record SoldAnswer(string Url, string ManifestHash, string Expiry, string Isolation);

internal sealed record PodAnswer(
    string Url,
    string ManifestHash,
    string Expiry,
    JsonElement Manifest,
    string State,
    string? Trouble,
    string Isolation);

internal sealed record QuoteAnswer(
    string ManifestHash, string Price, QuotedAsset Asset, int Duration, string CurrencyPerSecond);

internal sealed record QuotedAsset(string Code, int Scale);

[JsonSerializable(typeof(SoldAnswer))]
[JsonSerializable(typeof(PodAnswer))]
[JsonSerializable(typeof(QuoteAnswer))]
internal sealed partial class PodJson : JsonSerializerContext
{
    public static PodJson Plain { get; } = new(PlainJson.CreateOptions());
}
