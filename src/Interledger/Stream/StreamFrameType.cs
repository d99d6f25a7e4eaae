namespace Interledger.Stream;

/// <summary>The types of frames (RFC 0029, section 5.3; RFC 0039 for the receipt).</summary>
public enum StreamFrameType : byte
{
    /// <summary>The connection ends.</summary>
    ConnectionClose = 0x01,

    /// <summary>The address at which the sender of the frame can be reached.</summary>
    ConnectionNewAddress = 0x02,

    /// <summary>How many bytes may be sent in all on the connection.</summary>
    ConnectionMaxData = 0x03,

    /// <summary>More bytes are waiting than the connection allows.</summary>
    ConnectionDataBlocked = 0x04,

    /// <summary>The highest stream that may be opened.</summary>
    ConnectionMaxStreamId = 0x05,

    /// <summary>More streams are wanted than may be opened.</summary>
    ConnectionStreamIdBlocked = 0x06,

    /// <summary>The asset in which the sender of the frame counts.</summary>
    ConnectionAssetDetails = 0x07,

    /// <summary>A stream ends.</summary>
    StreamClose = 0x10,

    /// <summary>The share of the packet's amount that belongs to a stream.</summary>
    StreamMoney = 0x11,

    /// <summary>How much money a stream may receive, and how much it has received.</summary>
    StreamMaxMoney = 0x12,

    /// <summary>More money is waiting than the stream allows.</summary>
    StreamMoneyBlocked = 0x13,

    /// <summary>Bytes of a stream.</summary>
    StreamData = 0x14,

    /// <summary>How many bytes may be sent in all on a stream.</summary>
    StreamMaxData = 0x15,

    /// <summary>More bytes are waiting than the stream allows.</summary>
    StreamDataBlocked = 0x16,

    /// <summary>A receipt for the money that a stream has received (RFC 0039).</summary>
    StreamReceipt = 0x17,
}
