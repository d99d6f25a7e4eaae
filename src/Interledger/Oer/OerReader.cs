using System.Buffers.Binary;

namespace Interledger.Oer;

/// <summary>
/// Reads the subset of the Octet Encoding Rules that Interledger uses (RFC 0030) from a span, moving forward. Every
/// method returns false, and leaves the position alone, when the bytes are not what it was asked for.
/// </summary>
public ref struct OerReader(ReadOnlySpan<byte> buffer)
{
    private readonly ReadOnlySpan<byte> _buffer = buffer;

    /// <summary>How many bytes were read.</summary>
    public int Position { get; private set; }

    /// <summary>What has not been read yet.</summary>
    public readonly ReadOnlySpan<byte> Remaining => _buffer[Position..];

    /// <summary>Whether all was read.</summary>
    public readonly bool IsAtEnd => Position == _buffer.Length;

    /// <summary>Fixed-length integer of one octet (RFC 0030, section 2.1).</summary>
    public bool TryReadUInt8(out byte value)
    {
        if (!TryReadOctets(1, out var octets))
        {
            value = 0;
            return false;
        }

        value = octets[0];
        return true;
    }

    /// <summary>Fixed-length integer of two octets, big-endian.</summary>
    public bool TryReadUInt16(out ushort value)
    {
        var read = TryReadOctets(sizeof(ushort), out var octets);
        value = read ? BinaryPrimitives.ReadUInt16BigEndian(octets) : (ushort)0;
        return read;
    }

    /// <summary>Fixed-length integer of four octets, big-endian.</summary>
    public bool TryReadUInt32(out uint value)
    {
        var read = TryReadOctets(sizeof(uint), out var octets);
        value = read ? BinaryPrimitives.ReadUInt32BigEndian(octets) : 0;
        return read;
    }

    /// <summary>Fixed-length integer of eight octets, big-endian.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        var read = TryReadOctets(sizeof(ulong), out var octets);
        value = read ? BinaryPrimitives.ReadUInt64BigEndian(octets) : 0;
        return read;
    }

    /// <summary>
    /// Variable-length unsigned integer (RFC 0030, section 2.2). False for one of no octets; one that does not fit 64
    /// bits reads as <see cref="ulong.MaxValue"/>, as RFC 0029 (section 5.3) asks of amounts that are too large.
    /// </summary>
    public bool TryReadVarUInt(out ulong value)
    {
        value = 0;
        var start = Position;
        if (!TryReadVarOctets(out var octets))
            return false;
        if (octets.IsEmpty)
        {
            Position = start;
            return false;
        }

        var significant = octets.TrimStart((byte)0);
        if (significant.Length > sizeof(ulong))
        {
            value = ulong.MaxValue;
            return true;
        }

        foreach (var octet in significant)
            value = (value << 8) | octet;
        return true;
    }

    /// <summary>Octet string with a length before it (RFC 0030, section 2.3); at most 2³¹−1 octets.</summary>
    public bool TryReadVarOctets(out ReadOnlySpan<byte> octets)
    {
        var start = Position;
        if (TryReadLength(out var length) && TryReadOctets(length, out octets))
            return true;
        Position = start;
        octets = default;
        return false;
    }

    /// <summary>A known number of octets.</summary>
    public bool TryReadOctets(int count, out ReadOnlySpan<byte> octets)
    {
        if (count < 0 || count > _buffer.Length - Position)
        {
            octets = default;
            return false;
        }

        octets = _buffer.Slice(Position, count);
        Position += count;
        return true;
    }

    // A first octet below 128 is the length; otherwise its low seven bits say how many octets of length follow.
    private bool TryReadLength(out int length)
    {
        length = 0;
        if (!TryReadUInt8(out var first))
            return false;
        if (first < 0x80)
        {
            length = first;
            return true;
        }

        if (!TryReadOctets(first & 0x7f, out var octets) || octets.IsEmpty)
            return false;
        var significant = octets.TrimStart((byte)0);
        if (significant.Length > sizeof(int))
            return false;
        uint value = 0;
        foreach (var octet in significant)
            value = (value << 8) | octet;
        length = unchecked((int)value);
        return length >= 0;
    }
}
