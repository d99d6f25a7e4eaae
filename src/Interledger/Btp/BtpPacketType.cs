namespace Interledger.Btp;

/// <summary>The first octet of a BTP packet (RFC 0023, section "BTP Packets").</summary>
public enum BtpPacketType : byte
{
    /// <summary>The successful answer to a message or a transfer.</summary>
    Response = 1,

    /// <summary>The answer that says that a message or transfer was not accepted.</summary>
    Error = 2,

    /// <summary>A request that moves no money by itself: authentication, ILP packets, claims.</summary>
    Message = 6,

    /// <summary>A request that says that money was sent on the ledger below.</summary>
    Transfer = 7,
}
