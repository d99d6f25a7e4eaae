using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Codius.Runtime.Containerd.Images;

/// <summary>
/// Writes an image of a few programs as an OCI image layout in a tar file; it runs the first. The same input gives the
/// same bytes and digests, which is why the tar format is Gnu: .NET's Pax headers contain the process id.
/// </summary>
internal static class OciImage
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode Executable =
        Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static void Write(
        Stream destination, string name, Architecture architecture, params (string Path, byte[] Program)[] programs)
    {
        var layer = new MemoryStream();
        using (var layerTar = new TarWriter(layer, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var (path, program) in programs)
                AddFile(layerTar, path.TrimStart('/'), program, Executable);
        }

        var layerBlob = new Blob("application/vnd.oci.image.layer.v1.tar", layer.ToArray());
        var config = new Blob("application/vnd.oci.image.config.v1+json", JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = architecture == Architecture.Arm64 ? "arm64" : "amd64",
            os = "linux",
            config = new { Entrypoint = new[] { programs[0].Path } },
            rootfs = new { type = "layers", diff_ids = new[] { layerBlob.Digest } },
        }));
        var manifest = new Blob("application/vnd.oci.image.manifest.v1+json", JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = "application/vnd.oci.image.manifest.v1+json",
            config = config.Descriptor(),
            layers = new[] { layerBlob.Descriptor() },
        }));
        var index = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            manifests = new[] { manifest.Descriptor(("io.containerd.image.name", name)) },
        });

        using var tar = new TarWriter(destination, TarEntryFormat.Gnu, leaveOpen: true);
        AddFile(tar, "oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray(), Readable);
        AddFile(tar, "index.json", index, Readable);
        foreach (var blob in new[] { manifest, config, layerBlob })
            AddFile(tar, blob.Path, blob.Content, Readable);
    }

    private static void AddFile(TarWriter tar, string path, byte[] content, UnixFileMode mode) =>
        tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, path)
        {
            Mode = mode,
            ModificationTime = DateTimeOffset.UnixEpoch,
            AccessTime = DateTimeOffset.UnixEpoch,
            ChangeTime = DateTimeOffset.UnixEpoch,
            DataStream = new MemoryStream(content, writable: false),
        });

    private sealed record Blob(string MediaType, byte[] Content)
    {
        private readonly string _hash = Convert.ToHexStringLower(SHA256.HashData(Content));

        public string Digest => "sha256:" + _hash;

        public string Path => "blobs/sha256/" + _hash;

        public object Descriptor(params (string Key, string Value)[] annotations) => new
        {
            mediaType = MediaType,
            digest = Digest,
            size = Content.Length,
            annotations = annotations.ToDictionary(a => a.Key, a => a.Value),
        };
    }
}
