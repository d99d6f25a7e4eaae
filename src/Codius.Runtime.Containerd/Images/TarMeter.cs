using System.Buffers.Binary;
using System.Globalization;

namespace Codius.Runtime.Containerd.Images;

/// <summary>
/// Follows a tar archive, piece by piece, without unpacking it: man 5 tar, and POSIX pax. Counts what unpacking it
/// would make. Whatever two readers could take differently is refused: it would be unpacked by another one.
/// </summary>
internal sealed class TarMeter
{
    private const int BlockLength = 512;

    // What readers allow for the headers that describe the next entry.
    private const int LongestDescription = 1024 * 1024;

    private readonly byte[] _block = new byte[BlockLength];
    private readonly MemoryStream _description = new();
    private int _filled;
    private long _skip;
    private int _describing;
    private int _padding;
    private char _descriptionType;
    private long? _sizeOfNext;
    private bool _isDescribed;
    private int _empty;

    /// <summary>Files, directories and links so far.</summary>
    public long Entries { get; private set; }

    /// <summary>Bytes of all files so far, each in whole blocks of the file system.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the last entry opens something of the machine that is no file.</summary>
    public bool HasDevice { get; private set; }

    /// <summary>Takes the next piece. False when it is not to be unpacked; then nothing more can be taken.</summary>
    public bool TryTake(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            // What comes after the end belongs to nothing.
            if (_empty >= 2)
                return true;
            if (_skip > 0)
            {
                var skipped = (int)Math.Min(_skip, piece.Length);
                _skip -= skipped;
                piece = piece[skipped..];
                continue;
            }

            if (_describing > 0)
            {
                var taken = Math.Min(_describing, piece.Length);
                _description.Write(piece[..taken]);
                _describing -= taken;
                piece = piece[taken..];
                if (_describing == 0 && !TryEndDescription())
                    return false;
                continue;
            }

            var part = Math.Min(BlockLength - _filled, piece.Length);
            piece[..part].CopyTo(_block.AsSpan(_filled));
            _filled += part;
            piece = piece[part..];
            if (_filled < BlockLength)
                continue;
            _filled = 0;
            if (!TryReadHeader())
                return false;
        }

        return true;
    }

    private bool TryReadHeader()
    {
        const int Size = 124;
        const int SizeLength = 12;
        const int Type = 156;
        if (!_block.AsSpan().ContainsAnyExcept((byte)0))
        {
            _empty++;
            return true;
        }

        _empty = 0;
        if (!TryReadNumber(_block.AsSpan(Size, SizeLength), out var size))
            return false;
        switch ((char)_block[Type])
        {
            // Readers differ in what becomes of a description that another one follows.
            case 'x' or 'g':
                return !_isDescribed && TryBeginDescription(size, (char)_block[Type]);
            case 'L' or 'K':
                return TryBeginDescription(size, (char)_block[Type]);
            // A few bytes of a sparse file would be unpacked as any number of zeros.
            case 'S':
                return false;
            case '0' or '7':
                return TryAdd(size);
            // Of the oldest kind a name that ends with a slash is a directory to some, wherever the name stands.
            case '\0':
                return !_isDescribed && !MayNameEndWithSlash() && TryAdd(size);
            case '3' or '4' when !IsHarmlessDevice():
                HasDevice = true;
                return false;
            case >= '1' and <= '6':
                return TryAddWithoutContent(size);
            default:
                return false;
        }
    }

    // What has no content may name a size, and readers differ in whether it is there then.
    private bool TryAddWithoutContent(long size)
    {
        var named = TakeSize(size);
        Entries++;
        return size == 0 && named == 0;
    }

    /// <summary>
    /// Nodes without which old programs do not run, and overlayfs' own mark of what was removed. gVisor's file server
    /// would open any other for a pod, as the machine's root: its disks, its memory.
    /// </summary>
    private bool IsHarmlessDevice()
    {
        const int Type = 156;
        const int Major = 329;
        const int Minor = 337;
        const int NumberLength = 8;
        return _block[Type] == '3'
            && TryReadNumber(_block.AsSpan(Major, NumberLength), out var major)
            && TryReadNumber(_block.AsSpan(Minor, NumberLength), out var minor)
            && (major, minor) is (0, 0) or (1, 3 or 5 or 7 or 8 or 9) or (5, 0 or 2);
    }

    private bool TryAdd(long size)
    {
        size = TakeSize(size);
        const long Block = 4096;
        if (size < 0 || size > long.MaxValue / 4)
            return false;
        Entries++;
        Bytes += (size + Block - 1) / Block * Block;
        _skip = (size + BlockLength - 1) / BlockLength * BlockLength;
        return Bytes >= 0;
    }

    // A description is of one entry.
    private long TakeSize(long size)
    {
        size = _sizeOfNext ?? size;
        (_sizeOfNext, _isDescribed) = (null, false);
        return size;
    }

    private bool TryBeginDescription(long size, char type)
    {
        if (size is < 0 or > LongestDescription)
            return false;
        _description.SetLength(0);
        _descriptionType = type;
        _describing = (int)size;
        _padding = (BlockLength - ((int)size % BlockLength)) % BlockLength;
        return size > 0 || TryEndDescription();
    }

    private bool TryEndDescription()
    {
        _skip = _padding;
        _isDescribed = _descriptionType != 'g';
        return _descriptionType is 'L' or 'K'
            || TryReadPax(_description.GetBuffer().AsSpan(0, (int)_description.Length));
    }

    /// <summary>Records <c>length name=value\n</c>.</summary>
    private bool TryReadPax(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            var space = records.IndexOf((byte)' ');
            if (space <= 0 || space > 9
                || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 1 || length > records.Length || records[length - 1] != (byte)'\n')
                return false;
            var record = records[(space + 1)..(length - 1)];
            records = records[length..];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0 || record.StartsWith("GNU.sparse."u8))
                return false;
            if (!record[..equals].SequenceEqual("size"u8))
                continue;
            // A size for all that follows is something that readers do not agree on.
            if (_descriptionType == 'g'
                || !long.TryParse(
                    record[(equals + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
                return false;
            _sizeOfNext = size;
        }

        return true;
    }

    // Before a name that is empty there may be a prefix, and a slash between them.
    private bool MayNameEndWithSlash()
    {
        const int NameLength = 100;
        var name = _block.AsSpan(0, NameLength);
        var end = name.IndexOf((byte)0);
        return end == 0 || (end < 0 ? name : name[..end]).EndsWith("/"u8);
    }

    /// <summary>Octal digits, or with its first bit set a big-endian number.</summary>
    private static bool TryReadNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0)
        {
            if (field.Length <= sizeof(long))
                return false;
            value = BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
            return field[0] == 0x80 && !field[1..^8].ContainsAnyExcept((byte)0) && value >= 0;
        }

        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return false;
            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }
}
