using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Codius.Core;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Disks;

namespace Codius.Runtime.Containerd.Images;

/// <summary>
/// Asks a registry what an image is before anything of it is fetched: how large, for which platform, and whether it
/// can be had at all; and fetches its parts. As an anonymous client of
/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md.
/// </summary>
internal sealed class RegistryClient : IDisposable
{
    private const int MaxManifestLength = 4 * 1024 * 1024;
    private const int MaxTokenLength = 64 * 1024;
    private const string DockerHub = "docker.io";
    private const string DockerHubRegistry = "registry-1.docker.io";

    private static readonly string[] ManifestTypes =
    [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private readonly bool _allowPrivate;
    private readonly HttpClient _http;

    public RegistryClient(bool allowPrivate)
    {
        _allowPrivate = allowPrivate;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            MaxResponseHeadersLength = 64,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
        });
    }

    /// <summary>The platform of this machine as images name it.</summary>
    public static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        _ => "amd64",
    };

    /// <summary>What an image for this machine is made of, as its registry describes it.</summary>
    public async Task<Outcome<ResolvedImage>> ResolveAsync(ImageReference image, CancellationToken cancellationToken)
    {
        try
        {
            var resolved = new ResolvedImage(image);
            var top = await GetManifestAsync(
                resolved, image.Digest ?? image.Tag ?? "latest", cancellationToken);
            if (!top.Succeeded(out var manifest, out var failure))
                return failure;
            if (manifest.Choose(Architecture) is { } digest)
            {
                if (!(await GetManifestAsync(resolved, digest, cancellationToken)).Succeeded(out manifest, out failure))
                    return failure;
            }
            else if (manifest.IsIndex)
            {
                return PullFailures.WrongPlatform(image, "linux/" + Architecture);
            }

            if (manifest.IsIndex)
                return PullFailures.Malformed(image, "its manifest names another list of manifests");
            resolved.Manifest = manifest;
            return resolved;
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return Broken(image, broken);
        }
    }

    /// <summary>
    /// Fetches a blob into a file. It is what the manifest says, to the byte, or there is a failure.
    /// </summary>
    /// <exception cref="IOException">The disk cannot take it.</exception>
    public async Task<Failure?> DownloadAsync(
        ResolvedImage image, ImageBlob blob, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await GetAsync(image, "blobs/" + blob.Digest, [], cancellationToken);
            if (Refusal(image.Image, response) is { } refusal)
                return refusal;
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var piece = new byte[128 * 1024];
            var left = blob.Size;
            while (await body.ReadAsync(piece, cancellationToken) is var read and > 0)
            {
                if (read > left)
                    return PullFailures.Malformed(image.Image, "what its registry gives is longer than it says");
                left -= read;
                hash.AppendData(piece.AsSpan(0, read));
                await file.WriteAsync(piece.AsMemory(0, read), cancellationToken);
            }

            return left == 0 && "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset()) == blob.Digest
                ? null
                : PullFailures.Malformed(image.Image, "what its registry gives has another digest");
        }
        catch (Exception broken) when (IsOfConnection(broken))
        {
            return Broken(image.Image, broken);
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool IsOfConnection(Exception broken) =>
        broken is HttpRequestException || (broken is IOException ended && DiskFault.In(ended) is null);

    private static Failure Broken(ImageReference image, Exception broken) =>
        broken.InnerException is PrivateAddressException
            ? PullFailures.Private(image)
            : PullFailures.Unreachable(image, broken.Message);

    private async Task<Outcome<ImageManifest>> GetManifestAsync(
        ResolvedImage resolved, string reference, CancellationToken cancellationToken)
    {
        var image = resolved.Image;
        using var response = await GetAsync(resolved, "manifests/" + reference, ManifestTypes, cancellationToken);
        if (Refusal(image, response) is { } refusal)
            return refusal;
        var body = await ReadBodyAsync(response, MaxManifestLength, cancellationToken);
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(body));
        if (reference.StartsWith("sha256:", StringComparison.Ordinal) && digest != reference)
            return PullFailures.Malformed(image, "what its registry gives has another digest");
        if (!ImageManifest.TryRead(body, out var manifest))
            return PullFailures.Malformed(image, "its manifest cannot be read");
        resolved.Manifests.Add(new ManifestText(digest, TypeOf(response, manifest), body));
        return manifest;
    }

    private static string TypeOf(HttpResponseMessage response, ImageManifest manifest) =>
        response.Content.Headers.ContentType?.MediaType is { } type && ManifestTypes.Contains(type)
            ? type
            : ManifestTypes[manifest.IsIndex ? 0 : 2];

    /// <summary>Asks as a stranger, and with a stranger's token where the registry wants one.</summary>
    private async Task<HttpResponseMessage> GetAsync(
        ResolvedImage resolved, string path, string[] types, CancellationToken cancellationToken)
    {
        var image = resolved.Image;
        var host = image.Registry == DockerHub ? DockerHubRegistry : image.Registry;
        var scheme = _allowPrivate && IsLoopback(image.Registry) ? "http" : "https";
        var address = new Uri($"{scheme}://{host}/v2/{image.Repository}/{path}");
        var first = await SendAsync(address, types, resolved.Token, cancellationToken);
        if (first.StatusCode != HttpStatusCode.Unauthorized
            || await GetTokenAsync(first, cancellationToken) is not { } token)
            return first;
        first.Dispose();
        resolved.Token = token;
        return await SendAsync(address, types, token, cancellationToken);
    }

    private static Failure? Refusal(ImageReference image, HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.OK => null,
        HttpStatusCode.NotFound => PullFailures.NotFound(image),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => PullFailures.Unauthorized(image),
        _ => PullFailures.Unreachable(image, $"it answers {(int)response.StatusCode}"),
    };

    /// <summary>
    /// What the registry's token service gives to strangers. Its address comes from the registry, and is connected to
    /// by the same rules.
    /// </summary>
    private async Task<string?> GetTokenAsync(HttpResponseMessage refusal, CancellationToken cancellationToken)
    {
        var challenge = refusal.Headers.WwwAuthenticate.FirstOrDefault(h =>
            h.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase));
        if (TokenAddress.Read(challenge?.Parameter) is not { } address || (address.Scheme != "https" && !_allowPrivate))
            return null;
        using var response = await SendAsync(address, ["application/json"], token: null, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
            return null;
        try
        {
            using var document = JsonDocument.Parse(await ReadBodyAsync(response, MaxTokenLength, cancellationToken));
            return document.RootElement.TryGetProperty("token", out var token)
                || document.RootElement.TryGetProperty("access_token", out token)
                ? token.GetString()
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        Uri address, IEnumerable<string> types, string? token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach (var type in types)
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private static async Task<byte[]> ReadBodyAsync(
        HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new ArrayBufferWriter<byte>();
        int read;
        while ((read = await body.ReadAsync(buffer.GetMemory(16 * 1024), cancellationToken)) > 0)
        {
            buffer.Advance(read);
            if (buffer.WrittenCount > limit)
                throw new IOException("its answer is too long");
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Connects to public addresses only, whatever the name resolves to by the time it is used.</summary>
    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        // The operator's own proxy may be anywhere; what it connects to is its business.
        var anywhere = _allowPrivate || context.InitialRequestMessage.RequestUri?.Host != host;
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = addresses.Where(a => anywhere || PublicAddress.Is(a)).ToArray();
        if (allowed.Length == 0 && addresses.Length > 0)
            throw new PrivateAddressException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static bool IsLoopback(string registry)
    {
        var host = registry.Split(':')[0];
        return host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }

    private sealed class PrivateAddressException : IOException;
}
