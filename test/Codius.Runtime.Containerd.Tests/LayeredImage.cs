using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Codius.Runtime.Containerd.Images;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>Images whose layers a test makes itself, as OCI archives.</summary>
internal static class LayeredImage
{
    public static string Write(string path, params byte[][] layers)
    {
        using var file = File.Create(path);
        using var tar = new TarWriter(file, TarEntryFormat.Gnu);
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = RegistryClient.Architecture,
            os = "linux",
            config = new { Cmd = new[] { "/bin/hello" } },
            rootfs = new { type = "layers", diff_ids = layers.Select(layer => Digest(Decompress(layer))) },
        });
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = "application/vnd.oci.image.manifest.v1+json",
            config = Describe(config, "application/vnd.oci.image.config.v1+json"),
            layers = layers.Select(layer => Describe(layer, "application/vnd.oci.image.layer.v1.tar+gzip")),
        });
        var index = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            manifests = new[] { Describe(manifest, "application/vnd.oci.image.manifest.v1+json") },
        });
        Add(tar, "oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray());
        Add(tar, "index.json", index);
        foreach (var blob in layers.DistinctBy(Digest).Append(config).Append(manifest))
            Add(tar, "blobs/sha256/" + Digest(blob)[7..], blob);
        return path;
    }

    /// <summary>A compressed layer of whatever is added.</summary>
    public static byte[] Layer(Action<TarWriter> add)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Gnu))
            add(tar);
        return compressed.ToArray();
    }

    /// <summary>A layer of one file of zeros.</summary>
    public static byte[] Zeros(long length) => Layer(tar =>
        tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, "zeros") { DataStream = new ZeroStream(length) }));

    /// <summary>A layer of one file that cannot be compressed.</summary>
    public static byte[] Noise(int length) => Layer(tar => Add(tar, "noise", RandomNumberGenerator.GetBytes(length)));

    public static void Add(TarWriter tar, string path, byte[] content) => tar.WriteEntry(
        new GnuTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content, writable: false) });

    private static object Describe(byte[] blob, string type) =>
        new { mediaType = type, digest = Digest(blob), size = blob.Length };

    private static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    // What is hashed need not be what is a bomb.
    private static byte[] Decompress(byte[] layer)
    {
        const int Longest = 16 * 1024 * 1024;
        using var gzip = new GZipStream(new MemoryStream(layer), CompressionMode.Decompress);
        var plain = new byte[Longest];
        return plain[..gzip.ReadAtLeast(plain, Longest, throwOnEndOfStream: false)];
    }

    private sealed class ZeroStream(long length) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position
        {
            get => _position;
            set => _position = value;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, length - _position);
            buffer.AsSpan(offset, read).Clear();
            _position += read;
            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
