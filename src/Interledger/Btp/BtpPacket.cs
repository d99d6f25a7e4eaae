using System.Text;
using Interledger.Oer;

namespace Interledger.Btp;

/// <summary>
/// A BTP 2.0 packet (RFC 0023): a view of the bytes it was read from, valid as long as nobody changes them. Reading
/// checks the whole packet, so that walking through the sub-protocols cannot fail.
/// </summary>
public readonly struct BtpPacket
{
    private const int SmallestSubProtocol = 3;
    private const int ErrorCodeLength = 3;

    private readonly ReadOnlyMemory<byte> _subProtocols;

    private BtpPacket(
        BtpPacketType type, uint requestId, ulong amount, BtpError? error, ReadOnlyMemory<byte> subProtocols, int count)
    {
        Type = type;
        RequestId = requestId;
        Amount = amount;
        Error = error;
        _subProtocols = subProtocols;
        SubProtocolCount = count;
    }

    /// <summary>What it is.</summary>
    public BtpPacketType Type { get; }

    /// <summary>Chosen by who asks, repeated by who answers.</summary>
    public uint RequestId { get; }

    /// <summary>Of a Transfer: how much, in minor units of the ledger below.</summary>
    public ulong Amount { get; }

    /// <summary>Of an Error: what it says.</summary>
    public BtpError? Error { get; }

    /// <summary>How many sub-protocols it carries.</summary>
    public int SubProtocolCount { get; }

    /// <summary>The sub-protocols, in order.</summary>
    public Enumerator GetEnumerator() => new(_subProtocols, SubProtocolCount);

    /// <summary>Finds the first sub-protocol of a name.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out BtpSubProtocol found)
    {
        foreach (var subProtocol in this)
        {
            if (!subProtocol.Name.Span.SequenceEqual(name))
                continue;
            found = subProtocol;
            return true;
        }

        found = default;
        return false;
    }

    /// <summary>Reads a whole packet; nothing may follow it.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out BtpPacket packet)
    {
        packet = default;
        var envelope = new OerReader(bytes.Span);
        if (!envelope.TryReadUInt8(out var type) || !envelope.TryReadUInt32(out var requestId)
            || !envelope.TryReadVarOctets(out var contents) || !envelope.IsAtEnd)
            return false;
        var reader = new OerReader(contents);
        ulong amount = 0;
        BtpError? error = null;
        var known = (BtpPacketType)type switch
        {
            BtpPacketType.Response or BtpPacketType.Message => true,
            BtpPacketType.Transfer => reader.TryReadUInt64(out amount),
            BtpPacketType.Error => TryReadError(ref reader, out error),
            _ => false,
        };
        if (!known || !TryCheckSubProtocols(ref reader, out var start, out var count))
            return false;
        packet = new BtpPacket(
            (BtpPacketType)type, requestId, amount, error, bytes[(bytes.Length - contents.Length + start)..], count);
        return true;
    }

    // RFC 0023, section "Error".
    private static bool TryReadError(ref OerReader reader, out BtpError? error)
    {
        error = null;
        if (!reader.TryReadOctets(ErrorCodeLength, out var code) || !reader.TryReadVarOctets(out var name)
            || !reader.TryReadVarOctets(out var triggeredAt) || !reader.TryReadVarOctets(out var data))
            return false;
        error = new BtpError(
            Encoding.ASCII.GetString(code),
            Encoding.ASCII.GetString(name),
            Encoding.ASCII.GetString(triggeredAt),
            Encoding.UTF8.GetString(data));
        return true;
    }

    // RFC 0023, section "Sub-Protocol Data": the number of entries, and each with its name, content type and data.
    private static bool TryCheckSubProtocols(ref OerReader reader, out int start, out int count)
    {
        (start, count) = (0, 0);
        if (!reader.TryReadVarUInt(out var announced)
            || announced > (ulong)(reader.Remaining.Length / SmallestSubProtocol))
            return false;
        start = reader.Position;
        for (count = 0; count < (int)announced; count++)
        {
            if (!reader.TryReadVarOctets(out _) || !reader.TryReadUInt8(out _) || !reader.TryReadVarOctets(out _))
                return false;
        }

        return reader.IsAtEnd;
    }

    /// <summary>Walks through the sub-protocols of a packet.</summary>
    public struct Enumerator
    {
        private ReadOnlyMemory<byte> _rest;
        private int _left;

        internal Enumerator(ReadOnlyMemory<byte> rest, int count) => (_rest, _left) = (rest, count);

        /// <summary>The present one.</summary>
        public BtpSubProtocol Current { get; private set; }

        /// <summary>Goes to the next one, if there is one.</summary>
        public bool MoveNext()
        {
            if (_left == 0)
                return false;
            var reader = new OerReader(_rest.Span);
            reader.TryReadVarOctets(out var name);
            var afterName = reader.Position;
            reader.TryReadUInt8(out var contentType);
            reader.TryReadVarOctets(out var data);
            Current = new BtpSubProtocol(
                _rest[(afterName - name.Length)..afterName],
                (BtpContentType)contentType,
                _rest[(reader.Position - data.Length)..reader.Position]);
            _rest = _rest[reader.Position..];
            _left--;
            return true;
        }
    }
}
