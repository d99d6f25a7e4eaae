using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Interledger.Connector.Balances.Journal;

/// <summary>
/// A journal that is written to: a header, frames that sum up all that was before, and frames for what came since. It
/// gets its name only when the summary is on the disk, so a journal with a damaged summary was not left by a crash.
/// <code>
/// magic 8 | generation 8 | number of its first frame 8 | number of the last frame of the summary 8 | CRC-32C 4
/// </code>
/// </summary>
internal sealed class JournalFile : IDisposable
{
    public const int HeaderLength = 36;

    private const int ChecksumOffset = 32;

    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private JournalFile(SafeFileHandle handle, string path, long length) =>
        (_handle, _path, Length, SummaryLength) = (handle, path, length, length);

    public static ReadOnlySpan<byte> Magic => "ILPBAL\0\u0001"u8;

    public long Length { get; private set; }

    /// <summary>How much of it is the summary.</summary>
    public long SummaryLength { get; }

    /// <summary>Makes a journal that begins with the summary, and puts it in the place of all earlier ones.</summary>
    public static JournalFile Create(
        JournalDirectory directory, long generation, long firstFrame, IReadOnlyList<byte[]> summary)
    {
        var temporary = directory.PathOf(generation) + JournalDirectory.Unfinished;
        var handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write, FileShare.Read);
        try
        {
            var header = new byte[HeaderLength];
            Magic.CopyTo(header);
            BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(8), generation);
            BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(16), firstFrame);
            BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(24), firstFrame + summary.Count - 1);
            BinaryPrimitives.WriteUInt32BigEndian(
                header.AsSpan(ChecksumOffset), JournalFrame.Checksum(header.AsSpan(0, ChecksumOffset)));
            RandomAccess.Write(handle, header, 0);
            long length = HeaderLength;
            foreach (var frame in summary)
            {
                RandomAccess.Write(handle, frame, length);
                length += frame.Length;
            }

            RandomAccess.FlushToDisk(handle);
            File.Move(temporary, directory.PathOf(generation), overwrite: true);
            DirectorySync.Flush(directory.Path);
            return new JournalFile(handle, directory.PathOf(generation), length);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads the header: the numbers of the first frame, and of the last one of the summary.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> octets, out long firstFrame, out long endOfSummary)
    {
        (firstFrame, endOfSummary) = (0, 0);
        if (octets.Length < HeaderLength || !octets.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32BigEndian(octets[ChecksumOffset..])
            != JournalFrame.Checksum(octets[..ChecksumOffset]))
            return false;
        firstFrame = BinaryPrimitives.ReadInt64BigEndian(octets[16..]);
        endOfSummary = BinaryPrimitives.ReadInt64BigEndian(octets[24..]);
        return true;
    }

    public void Append(ReadOnlySpan<byte> frame)
    {
        RandomAccess.Write(_handle, frame, Length);
        Length += frame.Length;
    }

    public void Sync() => RandomAccess.FlushToDisk(_handle);

    public void Delete()
    {
        Dispose();
        File.Delete(_path);
    }

    public void Dispose() => _handle.Dispose();
}
