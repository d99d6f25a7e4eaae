using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Codius.Core.Leases;
using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Host.Errors;
using Codius.Host.PodAccounts;

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

    public static PodAnswer Pod(PodServices services, PodView view, PodStats? usage)
    {
        using var manifest = JsonDocument.Parse(view.Record.ManifestJson);
        var (record, now) = (view.Record, services.Time.GetUtcNow());
        var left = record.ExpiresAt > now ? record.ExpiresAt - now : TimeSpan.Zero;
        return new PodAnswer(
            services.Options.UrlOf(record.Manifest),
            record.Manifest.Value,
            Time(record.ExpiresAt),
            manifest.RootElement.Clone(),
            view.State.ToString().ToLowerInvariant(),
            view.Trouble,
            services.Runtime.Info.Isolation,
            (long)left.TotalSeconds,
            record.PausedUntil is null && PodActor.WarningOf(record, services.Pods) <= now,
            record.PausedUntil is { } until ? Time(until) : null,
            [.. view.Containers.Select(Container)],
            usage is null ? null : new UsageAnswer(
                usage.CpuTime.TotalSeconds, usage.MemoryBytes, usage.Pids, usage.DiskBytes));
    }

    private static ContainerAnswer Container(ContainerView view) => new(
        view.Status.Name,
        view.Status.Phase.ToString().ToLowerInvariant(),
        view.Status.Attempt,
        view.LastEnd is { } end
            ? new EndAnswer(end.ExitCode, end.Reason, Time(end.At), end.StartsAgainAt is { } at ? Time(at) : null)
            : null);

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
    string Isolation,
    long RemainingSeconds,
    bool ExpiresSoon,
    string? PausedUntil,
    IReadOnlyList<ContainerAnswer> Containers,
    UsageAnswer? Usage,
    EarningsAnswer? Earnings = null);

/// <summary>A container, how often it was started again, and how it ended last.</summary>
internal sealed record ContainerAnswer(string Name, string Phase, int Restarts, EndAnswer? LastEnd);

internal sealed record EndAnswer(int? ExitCode, string? Reason, string At, string? StartsAgainAt);

/// <summary>Since the sandbox was made, and now.</summary>
internal sealed record UsageAnswer(double CpuSeconds, long MemoryBytes, int Processes, long? DiskBytes);

/// <summary>
/// What became of the time of whoever asks. Without an expiry the pod has ended; with one, it goes on until then with
/// the time of others.
/// </summary>
internal sealed record StoppedAnswer(
    string ManifestHash, bool Ended, string? Expiry, string Reason, IReadOnlyList<SettledAnswer> Settled);

/// <summary>In minor units: the price was earned + returned + credited.</summary>
internal sealed record SettledAnswer(QuotedAsset Asset, string Earned, string Returned, string Credited);

internal sealed record QuoteAnswer(
    string ManifestHash, string Price, QuotedAsset Asset, int Duration, string CurrencyPerSecond, string ValidUntil);

internal sealed record QuotedAsset(string Code, int Scale);

[JsonSerializable(typeof(SoldAnswer))]
[JsonSerializable(typeof(PodAnswer))]
[JsonSerializable(typeof(QuoteAnswer))]
[JsonSerializable(typeof(StoppedAnswer))]
internal sealed partial class PodJson : JsonSerializerContext
{
    public static PodJson Plain { get; } = new(PlainJson.CreateOptions());
}
