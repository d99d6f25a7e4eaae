using System.Text;

namespace Interledger.Btp;

/// <summary>How the data of a sub-protocol is to be read (RFC 0023, section "Sub-Protocol Data").</summary>
public enum BtpContentType : byte
{
    /// <summary>Octets.</summary>
    OctetStream = 0,

    /// <summary>Text in UTF-8.</summary>
    Text = 1,

    /// <summary>JSON in UTF-8.</summary>
    Json = 2,
}

/// <summary>One entry of the list that BTP packets carry (RFC 0023, section "Sub-Protocol Data").</summary>
/// <param name="Name">Which sub-protocol, in ASCII.</param>
/// <param name="ContentType">How to read the data; peers may send values that the enumeration does not have.</param>
/// <param name="Data">The data.</param>
public readonly record struct BtpSubProtocol(
    ReadOnlyMemory<byte> Name, BtpContentType ContentType, ReadOnlyMemory<byte> Data)
{
    /// <summary>The one that carries ILP packets.</summary>
    public static ReadOnlySpan<byte> Ilp => "ilp"u8;

    /// <summary>An entry of octets.</summary>
    public static BtpSubProtocol Octets(string name, ReadOnlyMemory<byte> data) =>
        new(Encoding.ASCII.GetBytes(name), BtpContentType.OctetStream, data);

    /// <summary>An entry of text.</summary>
    public static BtpSubProtocol Text(string name, string text) =>
        new(Encoding.ASCII.GetBytes(name), BtpContentType.Text, Encoding.UTF8.GetBytes(text));
}
