using System.Buffers;
using System.Text;
using Interledger.Addresses;
using Interledger.Oer;
using Interledger.Packets;

namespace Interledger.Ildcp;

/// <summary>What a parent tells its child (RFC 0031): the child's address, and the asset of their account.</summary>
/// <param name="ClientAddress">The address under which the child is reached.</param>
/// <param name="Asset">What the account is denominated in.</param>
public readonly record struct IldcpInfo(IlpAddress ClientAddress, AssetDetails Asset)
{
    private const int LongestAssetCode = 255;

    /// <summary>Reads the answer to a request: a Fulfill with the fulfilment and the data of RFC 0031.</summary>
    public static bool TryRead(IlpReply reply, out IldcpInfo info)
    {
        info = default;
        var reader = new OerReader(reply.Data.Span);
        if (!reply.Fulfills(IldcpRequest.Condition)
            || !reader.TryReadVarOctets(out var address) || !IlpAddress.TryParse(address, out var clientAddress)
            || !reader.TryReadUInt8(out var scale)
            || !reader.TryReadVarOctets(out var code) || code.IsEmpty || code.Length > LongestAssetCode)
            return false;
        info = new IldcpInfo(clientAddress, new AssetDetails(Encoding.UTF8.GetString(code), scale));
        return true;
    }

    /// <summary>The answer to a request.</summary>
    public IlpReply ToReply()
    {
        var data = new ArrayBufferWriter<byte>();
        data.WriteVarOctets(Encoding.ASCII.GetBytes(ClientAddress.Value));
        data.WriteUInt8(Asset.Scale);
        data.WriteVarOctets(Encoding.UTF8.GetBytes(Asset.Code));
        return IlpReply.Fulfill(IldcpRequest.Fulfillment, data.WrittenSpan);
    }
}
