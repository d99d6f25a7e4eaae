using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Tests;
using Codius.Testing.Processes;

namespace Codius.Hostile.Machines;

/// <summary>
/// A registry on 127.0.0.1 that gives out whatever images are put into it, also such as no tool would make.
/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull
/// </summary>
internal sealed class HostileRegistry : IAsyncDisposable
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, (string Type, byte[] Content)> _blobs = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Task _serving;

    public HostileRegistry()
    {
        Host = $"127.0.0.1:{FreePort.Next()}";
        _listener.Prefixes.Add($"http://{Host}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Host { get; }

    /// <summary>Paths that were asked for.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public ImageReference Reference(Descriptor image) =>
        ContainerdFixture.Reference($"{Host}/hostile/image@{image.Digest}");

    /// <summary>A layer, not compressed.</summary>
    public Descriptor AddLayer(byte[] content) => Add(LayerType, content);

    /// <summary>What says what an image runs and of which layers it is made.</summary>
    public Descriptor AddConfig(IEnumerable<Descriptor> layers, params string[] command) => AddJson(ConfigType, new
    {
        architecture = "amd64",
        os = "linux",
        config = new Dictionary<string, string[]> { ["Cmd"] = command, ["Env"] = ["PATH=/bin"] },
        rootfs = new Dictionary<string, object> { ["type"] = "layers", ["diff_ids"] = layers.Select(l => l.Digest) },
    });

    public Descriptor AddManifest(Descriptor config, IEnumerable<Descriptor> layers) =>
        AddJson(ManifestType, new { schemaVersion = 2, mediaType = ManifestType, config, layers });

    public Descriptor AddImage(IEnumerable<byte[]> contents, params string[] command)
    {
        var layers = contents.Select(AddLayer).ToList();
        return AddManifest(AddConfig(layers, command), layers);
    }

    public Descriptor AddIndex(params Descriptor[] manifests) =>
        AddJson(IndexType, new { schemaVersion = 2, mediaType = IndexType, manifests });

    /// <summary>From now on something else is given out in its place.</summary>
    public void Replace(Descriptor what, byte[] content) => _blobs[what.Digest] = (what.MediaType, content);

    public byte[] ContentOf(Descriptor what) => _blobs[what.Digest].Content;

    public async ValueTask DisposeAsync()
    {
        _listener.Abort();
        await _serving;
    }

    private Descriptor AddJson(string type, object content) =>
        Add(type, JsonSerializer.SerializeToUtf8Bytes(content, Options));

    private Descriptor Add(string type, byte[] content)
    {
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
        _blobs[digest] = (type, content);
        return new Descriptor(type, digest, content.Length);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                Answer(await _listener.GetContextAsync());
        }
        catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        _requests.Enqueue(path);
        var digest = path[(path.LastIndexOf('/') + 1)..];
        var found = _blobs.TryGetValue(digest, out var blob);
        context.Response.StatusCode = found || path == "/v2/" ? 200 : 404;
        try
        {
            if (found)
            {
                context.Response.ContentType = blob.Type;
                context.Response.Headers["Docker-Content-Digest"] = digest;
                context.Response.ContentLength64 = blob.Content.Length;
                if (context.Request.HttpMethod == "GET")
                    context.Response.OutputStream.Write(blob.Content);
            }

            context.Response.Close();
        }
        catch (Exception gone) when (gone is HttpListenerException or IOException)
        {
            // Whoever asked has had enough.
        }
    }
}

/// <summary>https://github.com/opencontainers/image-spec/blob/main/descriptor.md</summary>
internal sealed record Descriptor(string MediaType, string Digest, int Size)
{
    /// <summary>Where else it can be had.</summary>
    public string[]? Urls { get; init; }

    public Platform? Platform { get; init; }
}

internal sealed record Platform(string Os, string Architecture);
