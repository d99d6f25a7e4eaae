using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Codius.Client.Hosts;
using Codius.Core;
using Codius.Core.Pods;

namespace Codius.Client.Registries;

/// <summary>
/// Asks an image's registry what a tag means now (OCI Distribution Specification 1.1, "Pulling manifests"), with the
/// bearer tokens that public registries hand out to everybody.
/// </summary>
public sealed class RegistryClient(HttpClient http, TimeProvider? time = null)
{
    private const int MaxManifestBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    // An index lets the host choose the platform; with the older single-platform types the choice is the registry's.
    private static readonly string[] ManifestTypes =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    /// <summary>
    /// The image's name with the digest in the place of the tag, as in <c>nginx@sha256:…</c>. A name that has a
    /// digest already is returned as it is, without asking anybody.
    /// </summary>
    public async Task<Outcome<string>> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        if (!ImageReference.TryParse(name, out var image))
            return Failure.InvalidManifest($"{SafeText.Clean(name, 200)} is not the name of an image");
        if (image.Digest is not null)
            return name;
        using var deadline = new CancellationTokenSource(Timeout, time ?? TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var digest = await FindDigestAsync(image, stop.Token);
            return digest.Succeeded(out var found, out var failure) ? $"{WithoutTag(name)}@{found}" : failure;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unavailable(image, $"no answer within {Timeout.TotalSeconds:0} seconds");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Unavailable(image, (e.InnerException ?? e).Message);
        }
    }

    private async Task<Outcome<string>> FindDigestAsync(ImageReference image, CancellationToken cancellationToken)
    {
        using var response = await AskAsync(image, null, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
            return await ReadDigestAsync(image, response, cancellationToken);
        var challenge = response.Headers.WwwAuthenticate.FirstOrDefault(h =>
            h.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase));
        if (BearerChallenge.TryParse(challenge?.Parameter) is not { } bearer
            || await GetTokenAsync(bearer, image, cancellationToken) is not { } token)
        {
            return new Failure(
                FailureKind.ImageRefused, $"the registry of {image} wants a password", Blame.Upstream);
        }

        using var authorized = await AskAsync(image, token, cancellationToken);
        return await ReadDigestAsync(image, authorized, cancellationToken);
    }

    private async Task<HttpResponseMessage> AskAsync(
        ImageReference image, string? token, CancellationToken cancellationToken)
    {
        var uri = new Uri(BaseUri(image.Registry), $"/v2/{image.Repository}/manifests/{image.Tag ?? "latest"}");
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        foreach (var type in ManifestTypes)
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    // The digest is computed and not taken from a header: so it is right by definition.
    private static async Task<Outcome<string>> ReadDigestAsync(
        ImageReference image, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            return new Failure(FailureKind.ImageNotFound, $"the registry has no image {image}", Blame.Caller);
        if (!response.IsSuccessStatusCode)
            return Unavailable(image, $"status {(int)response.StatusCode}");
        await response.Content.LoadIntoBufferAsync(MaxManifestBytes, cancellationToken);
        var manifest = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(manifest));
    }

    private async Task<string?> GetTokenAsync(
        BearerChallenge challenge, ImageReference image, CancellationToken cancellationToken)
    {
        var scope = challenge.Scope ?? $"repository:{image.Repository}:pull";
        var query = $"scope={Uri.EscapeDataString(scope)}";
        if (challenge.Service is { } service)
            query += $"&service={Uri.EscapeDataString(service)}";
        var realm = new UriBuilder(challenge.Realm);
        realm.Query = realm.Query.Length > 1 ? $"{realm.Query}&{query}" : query;
        using var response = await http.GetAsync(
            realm.Uri, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
            return null;
        await response.Content.LoadIntoBufferAsync(MaxManifestBytes, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return Text(json.RootElement, "token") ?? Text(json.RootElement, "access_token");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static Uri BaseUri(string registry)
    {
        var name = registry == "docker.io" ? "registry-1.docker.io" : registry;
        var secure = new Uri($"https://{name}");
        return HostUri.IsThisMachine(secure.Host) ? new Uri($"http://{name}") : secure;
    }

    private static string WithoutTag(string name)
    {
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }

    private static Failure Unavailable(ImageReference image, string reason) => new(
        FailureKind.ImageUnavailable, $"cannot ask {image.Registry} about {image}: {reason}", Blame.Upstream, true);
}
