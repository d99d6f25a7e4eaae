using System.Globalization;
using System.IO.Compression;

namespace Codius.Runtime.Containerd.Images;

/// <summary>How much a pod's image may be.</summary>
internal sealed record ImageLimits(long Bytes, long UnpackedBytes, long Files, int Layers);

/// <summary>
/// Measures what the layers of an image come to when they are unpacked, before anything is. The kind of compression is
/// told by the first bytes, as whoever unpacks them does.
/// </summary>
internal sealed class LayerMeter(ImageLimits limits)
{
    private const int PieceLength = 128 * 1024;

    private long _files;
    private long _decompressed;

    /// <summary>Bytes that the layers so far take when unpacked.</summary>
    public long UnpackedBytes { get; private set; }

    /// <summary>Why the image is not to be unpacked, or null.</summary>
    public async Task<string?> MeasureAsync(Stream layer, CancellationToken cancellationToken)
    {
        var first = new byte[4];
        _ = await layer.ReadAtLeastAsync(first, first.Length, throwOnEndOfStream: false, cancellationToken);
        layer.Position = 0;
        if (first.AsSpan().SequenceEqual(Zstandard)
            || (first.AsSpan(1).SequenceEqual(Skippable) && (first[0] & 0xf0) == 0x50))
            return "a layer is compressed with zstd, which this host does not unpack";
        if (!first.AsSpan(0, 2).SequenceEqual(Gzip))
            return await CountAsync(layer, cancellationToken);
        await using var plain = new GZipStream(layer, CompressionMode.Decompress, leaveOpen: true);
        return await CountAsync(plain, cancellationToken);
    }

    private static ReadOnlySpan<byte> Gzip => [0x1f, 0x8b];

    private static ReadOnlySpan<byte> Zstandard => [0x28, 0xb5, 0x2f, 0xfd];

    private static ReadOnlySpan<byte> Skippable => [0x2a, 0x4d, 0x18];

    private async Task<string?> CountAsync(Stream tar, CancellationToken cancellationToken)
    {
        var meter = new TarMeter();
        var piece = new byte[PieceLength];
        try
        {
            while (await tar.ReadAsync(piece, cancellationToken) is var read and > 0)
            {
                _decompressed += read;
                if (!meter.TryTake(piece.AsSpan(0, read)))
                    return meter.HasDevice
                        ? "a layer has a device of the machine in it"
                        : "a layer is no plain tar archive (sparse files are not taken)";
                if (_decompressed > limits.UnpackedBytes || UnpackedBytes + meter.Bytes > limits.UnpackedBytes)
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"it has more than {limits.UnpackedBytes} bytes when it is unpacked, the limit of this host");
                if (_files + meter.Entries > limits.Files)
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"it has more than {limits.Files} files, the limit of this host");
            }
        }
        catch (InvalidDataException)
        {
            return "a layer is not compressed as it says";
        }

        _files += meter.Entries;
        UnpackedBytes += meter.Bytes;
        return null;
    }
}
