using System.Globalization;
using System.Text;
using Codius.Client.Payments;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;

namespace Codius.Client.Hosts;

/// <summary>
/// One host's API. Nothing here throws for what hosts, networks and payments do; a payer is needed for what costs.
/// </summary>
public sealed partial class HostClient
{
    private static readonly ManifestRules AnyManifest = ManifestRules.Quote with { AllowTags = true };

    private readonly HttpClient _http;
    private readonly HostChannel _channel;
    private readonly HostClientOptions _options;
    private readonly IPayer? _payer;
    private readonly TimeProvider _time;

    public HostClient(
        HttpClient http, Uri host, IPayer? payer = null, HostClientOptions? options = null, TimeProvider? time = null)
    {
        (_http, _payer) = (http, payer);
        (_options, _time) = (options ?? new HostClientOptions(), time ?? TimeProvider.System);
        _channel = new HostChannel(http, host, _time);
    }

    public Uri Host => _channel.Host;

    /// <summary>
    /// An HTTP client for this class: no redirects, since a body may hold private values, no cookies, which no host
    /// needs, and no time-out of its own.
    /// </summary>
    public static HttpClient CreateHttpClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async Task<HostResult<HostVersion>> GetVersionAsync(CancellationToken cancellationToken)
    {
        var reply = await GetAsync("/version", cancellationToken);
        if (FailureOf(reply) is { } error)
            return error;
        return HostChannel.TryRead(reply.Body, HostJson.Default.VersionJson, out var json)
            ? new HostVersion(Clean(json!.Name), Clean(json.Version))
            : NotAHost();
    }

    public async Task<HostResult<HostInfo>> GetInfoAsync(CancellationToken cancellationToken)
    {
        var reply = await GetAsync("/info", cancellationToken);
        if (FailureOf(reply) is { } error)
            return error;
        return HostChannel.TryRead(reply.Body, HostJson.Default.HostInfo, out var info)
            ? info! with { Currency = Clean(info.Currency), Uri = Clean(info.Uri), Isolation = Clean(info.Isolation) }
            : NotAHost();
    }

    public async Task<HostResult<PodDetails>> GetPodAsync(ManifestHash hash, CancellationToken cancellationToken)
    {
        var reply = await GetAsync($"/pods?manifestHash={hash}", cancellationToken);
        if (FailureOf(reply) is { } error)
            return error;
        return ReadPod(reply.Body, hash, out var json) is { } lease
            && json!.Manifest is { } manifestJson
            && Manifest.TryRead(Encoding.UTF8.GetBytes(manifestJson.GetRawText()), AnyManifest, out var manifest, out _)
            && manifest.Hash == hash
            ? new PodDetails(lease.Url, lease.Hash, lease.Expiry, manifest)
            : NotAHost();
    }

    /// <summary>
    /// Asks for the price. Some hosts answer only to those who could pay: then a payment of nothing is opened, which
    /// also tells the asset.
    /// </summary>
    public async Task<HostResult<Quote>> GetQuoteAsync(
        ManifestRequest request, PodDuration duration, CancellationToken cancellationToken)
    {
        var purchase = await BuyAsync(
            HttpMethod.Options,
            Inv($"/pods?duration={duration.Seconds}"),
            request.ToBody(),
            new PurchaseTerms(0, _options.QuickTimeout, null),
            body => ReadQuote(body) is { } quote && quote.Hash == request.Hash ? quote : null,
            cancellationToken);
        if (!purchase.Result.Succeeded(out var quote, out var error))
            return error;
        return quote with { Asset = quote.Asset ?? purchase.Payment.HostAsset };
    }

    /// <summary>
    /// Buys a pod for at most <paramref name="maximum"/> of the payer's minor units. Cancelling ends the payment too,
    /// and the result says what had moved.
    /// </summary>
    public Task<Purchase<PodLease>> UploadAsync(
        ManifestRequest request,
        PodDuration duration,
        ulong maximum,
        Action<PurchaseStage>? progress,
        CancellationToken cancellationToken) =>
        BuyAsync(
            HttpMethod.Post,
            Inv($"/pods?duration={duration.Seconds}"),
            request.ToBody(),
            new PurchaseTerms(maximum, _options.PurchaseTimeout, progress),
            body => ReadPod(body, request.Hash, out _),
            cancellationToken);

    /// <summary>Buys more time for a pod, as <see cref="UploadAsync"/> does.</summary>
    public Task<Purchase<PodLease>> ExtendAsync(
        ManifestHash hash,
        PodDuration duration,
        ulong maximum,
        Action<PurchaseStage>? progress,
        CancellationToken cancellationToken) =>
        BuyAsync(
            HttpMethod.Put,
            Inv($"/pods?manifestHash={hash}&duration={duration.Seconds}"),
            null,
            new PurchaseTerms(maximum, _options.PurchaseTimeout, progress),
            body => ReadPod(body, hash, out _),
            cancellationToken);

    private async Task<HostReply> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var request = _channel.NewRequest(HttpMethod.Get, path);
        return await _channel.SendAsync(request, _options.QuickTimeout, cancellationToken);
    }

    private static HostError? FailureOf(HostReply reply) =>
        reply.Error ?? (reply.Status == 200 ? null : HostChannel.ToError(reply));

    private HostError NotAHost() =>
        new(HostErrorKind.BadAnswer, $"{Host.Authority} does not answer as a Codius host does");

    private static Quote? ReadQuote(ReadOnlyMemory<byte> body)
    {
        if (!HostChannel.TryRead(body, HostJson.Default.QuoteJson, out var json)
            || !ManifestHash.TryParse(json!.ManifestHash, out var hash)
            || !ulong.TryParse(json.Price, NumberStyles.None, CultureInfo.InvariantCulture, out var price))
            return null;
        var asset = json.Asset is { Code: { } code, Scale: var scale } ? new Asset(Clean(code), scale) : (Asset?)null;
        return new Quote(hash, price, asset);
    }

    // An answer about another manifest than the one that was asked for is no answer.
    private static PodLease? ReadPod(ReadOnlyMemory<byte> body, ManifestHash wanted, out PodJson? json)
    {
        if (!HostChannel.TryRead(body, HostJson.Default.PodJson, out json)
            || !ManifestHash.TryParse(json!.ManifestHash, out var hash)
            || hash != wanted
            || !Uri.TryCreate(json.Url, UriKind.Absolute, out var url)
            || json.Expiry is not { } expiry)
            return null;
        return new PodLease(url, hash, expiry, json.Isolation is { } isolation ? Clean(isolation) : null);
    }

    private static string Clean(string? text) => SafeText.Clean(text ?? "", 100);

    private static string Inv(FormattableString text) => FormattableString.Invariant(text);
}
