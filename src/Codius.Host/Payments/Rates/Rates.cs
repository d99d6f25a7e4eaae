using Codius.Core;
using Codius.Core.Ledger;
using Codius.Core.Money;

namespace Codius.Host.Payments.Rates;

/// <summary>
/// Asks the source that the operator named, now and then, and remembers its last answer until that is stale. Nobody who
/// wants to buy waits for it.
/// </summary>
internal sealed partial class Rates(
    ITill till, RateOptions options, HttpMessageInvoker http, TimeProvider time, ILogger<Rates> log)
    : BackgroundService, IRates
{
    private const int LongestAnswer = 256 * 1024;
    private static readonly TimeSpan AssetCheck = TimeSpan.FromMilliseconds(500);

    private volatile Known? _known;
    private string? _trouble;

    public string? Currency => options.Currency;

    public Outcome<Rational> Find(Asset asset)
    {
        if (options.Currency is not { } currency || currency.Equals(asset.Code, StringComparison.OrdinalIgnoreCase))
            return new Rational(1, 1);
        return _known is { } known && known.Asset == asset && time.GetUtcNow() - known.At <= options.StaleAfter
            ? known.AssetPerCurrency
            : new Failure(
                FailureKind.RateUnavailable,
                $"the prices of this host are in {currency}, and at the moment it does not know what that is in "
                + $"{asset.Code}; nothing was paid",
                Blame.Upstream,
                Retryable: true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Currency is not { } currency)
            return;
        try
        {
            while (true)
            {
                var asset = till.Asset;
                if (asset is { } known && !currency.Equals(known.Code, StringComparison.OrdinalIgnoreCase))
                    await RefreshAsync(known, currency, stoppingToken);
                await Task.Delay(asset is null ? AssetCheck : options.RefreshInterval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // This is how it ends.
        }
    }

    private async Task RefreshAsync(Asset asset, string currency, CancellationToken cancellationToken)
    {
        // The rate is at least as old as the question.
        var asked = time.GetUtcNow();
        var trouble = await TryAskAsync(asset, currency, asked, cancellationToken);
        if (trouble == _trouble)
            return;
        _trouble = trouble;
        if (trouble is null)
            LogRate(log, currency, asset.Code, _known!.AssetPerCurrency);
        else
            LogNoRate(log, currency, asset.Code, trouble);
    }

    /// <summary>Why there is no answer, or null when there is one.</summary>
    private async Task<string?> TryAskAsync(
        Asset asset, string currency, DateTimeOffset asked, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get, RateRequest.Fill(options.Url!, asset.Code, currency));
            request.Headers.Accept.ParseAdd("application/json");
            request.Headers.UserAgent.ParseAdd("codiusd");
            using var response = await http.SendAsync(request, either.Token);
            if (!response.IsSuccessStatusCode)
                return $"it answers {(int)response.StatusCode}";
            if (await ReadAsync(response.Content, either.Token) is not { } body)
                return "its answer is too long";
            var pointer = RateRequest.Fill(options.Pointer, asset.Code, currency);
            if (!RateJson.TryRead(body, pointer, out var rate))
                return $"its answer has no positive number at \"{pointer}\"";
            _known = new Known(asset, options.Inverted ? rate : new Rational(1, 1) / rate, asked);
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"it did not answer in {options.Timeout.TotalSeconds:0} seconds";
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[LongestAnswer + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > LongestAnswer ? null : buffer[..length];
    }

    [LoggerMessage(LogLevel.Information, "One {Currency} is {Rate} {Asset}")]
    private static partial void LogRate(ILogger log, string currency, string asset, Rational rate);

    [LoggerMessage(LogLevel.Warning, "The source of the rate of {Currency} in {Asset} is of no use: {Reason}")]
    private static partial void LogNoRate(ILogger log, string currency, string asset, string reason);

    private sealed record Known(Asset Asset, Rational AssetPerCurrency, DateTimeOffset At);
}
