using System.Buffers;
using System.Text;
using Interledger.Oer;

namespace Interledger.Btp;

/// <summary>Writes BTP 2.0 packets (RFC 0023).</summary>
public static class BtpWriter
{
    private const int AmountLength = sizeof(ulong);
    private const int ErrorCodeLength = 3;
    private const int ContentTypeLength = 1;

    /// <summary>A Message that carries one ILP packet.</summary>
    public static void WriteIlpMessage(this IBufferWriter<byte> writer, uint requestId, ReadOnlySpan<byte> ilp) =>
        writer.WriteIlp(BtpPacketType.Message, requestId, ilp);

    /// <summary>A Response that carries one ILP packet.</summary>
    public static void WriteIlpResponse(this IBufferWriter<byte> writer, uint requestId, ReadOnlySpan<byte> ilp) =>
        writer.WriteIlp(BtpPacketType.Response, requestId, ilp);

    /// <summary>A Message (RFC 0023, section "Message").</summary>
    public static void WriteMessage(
        this IBufferWriter<byte> writer, uint requestId, ReadOnlySpan<BtpSubProtocol> subProtocols)
    {
        writer.WriteEnvelope(BtpPacketType.Message, requestId, SizeOf(subProtocols));
        writer.WriteSubProtocols(subProtocols);
    }

    /// <summary>A Response (RFC 0023, section "Response").</summary>
    public static void WriteResponse(
        this IBufferWriter<byte> writer, uint requestId, ReadOnlySpan<BtpSubProtocol> subProtocols)
    {
        writer.WriteEnvelope(BtpPacketType.Response, requestId, SizeOf(subProtocols));
        writer.WriteSubProtocols(subProtocols);
    }

    /// <summary>A Transfer (RFC 0023, section "Transfer").</summary>
    public static void WriteTransfer(
        this IBufferWriter<byte> writer, uint requestId, ulong amount, ReadOnlySpan<BtpSubProtocol> subProtocols)
    {
        writer.WriteEnvelope(BtpPacketType.Transfer, requestId, AmountLength + SizeOf(subProtocols));
        writer.WriteUInt64(amount);
        writer.WriteSubProtocols(subProtocols);
    }

    /// <summary>An Error (RFC 0023, section "Error").</summary>
    public static void WriteError(
        this IBufferWriter<byte> writer, uint requestId, BtpError error, ReadOnlySpan<BtpSubProtocol> subProtocols)
    {
        var code = Encoding.ASCII.GetBytes(error.Code);
        if (code.Length != ErrorCodeLength)
            throw new ArgumentException("An error code has three characters.", nameof(error));
        var name = Encoding.ASCII.GetBytes(error.Name);
        var triggeredAt = Encoding.ASCII.GetBytes(error.TriggeredAt);
        var data = Encoding.UTF8.GetBytes(error.Data);
        var size = ErrorCodeLength + OerWriter.SizeOfVarOctets(name.Length)
            + OerWriter.SizeOfVarOctets(triggeredAt.Length) + OerWriter.SizeOfVarOctets(data.Length);
        writer.WriteEnvelope(BtpPacketType.Error, requestId, size + SizeOf(subProtocols));
        writer.Write(code);
        writer.WriteVarOctets(name);
        writer.WriteVarOctets(triggeredAt);
        writer.WriteVarOctets(data);
        writer.WriteSubProtocols(subProtocols);
    }

    private static void WriteIlp(
        this IBufferWriter<byte> writer, BtpPacketType type, uint requestId, ReadOnlySpan<byte> ilp)
    {
        var size = OerWriter.SizeOfVarUInt(1) + OerWriter.SizeOfVarOctets(BtpSubProtocol.Ilp.Length)
            + ContentTypeLength + OerWriter.SizeOfVarOctets(ilp.Length);
        writer.WriteEnvelope(type, requestId, size);
        writer.WriteVarUInt(1);
        writer.WriteVarOctets(BtpSubProtocol.Ilp);
        writer.WriteUInt8((byte)BtpContentType.OctetStream);
        writer.WriteVarOctets(ilp);
    }

    // RFC 0023, section "BTP Packets": type, request id, and the rest with its length.
    private static void WriteEnvelope(
        this IBufferWriter<byte> writer, BtpPacketType type, uint requestId, int contentsLength)
    {
        writer.WriteUInt8((byte)type);
        writer.WriteUInt32(requestId);
        writer.WriteLength(contentsLength);
    }

    private static void WriteSubProtocols(this IBufferWriter<byte> writer, ReadOnlySpan<BtpSubProtocol> subProtocols)
    {
        writer.WriteVarUInt((ulong)subProtocols.Length);
        foreach (var subProtocol in subProtocols)
        {
            writer.WriteVarOctets(subProtocol.Name.Span);
            writer.WriteUInt8((byte)subProtocol.ContentType);
            writer.WriteVarOctets(subProtocol.Data.Span);
        }
    }

    private static int SizeOf(ReadOnlySpan<BtpSubProtocol> subProtocols)
    {
        var size = OerWriter.SizeOfVarUInt((ulong)subProtocols.Length);
        foreach (var subProtocol in subProtocols)
        {
            size += OerWriter.SizeOfVarOctets(subProtocol.Name.Length) + ContentTypeLength
                + OerWriter.SizeOfVarOctets(subProtocol.Data.Length);
        }

        return size;
    }
}
