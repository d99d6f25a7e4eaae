using Interledger.Packets;

namespace Interledger.Stream;

/// <summary>A packet on its way to the peer, with what has to be done again if it does not arrive.</summary>
internal sealed class OutgoingPacket
{
    public required ulong Sequence { get; init; }

    public IlpPrepare Prepare { get; set; }

    /// <summary>The least that must arrive.</summary>
    public ulong Minimum { get; init; }

    /// <summary>The stream that the money is of; null if the packet carries none.</summary>
    public MoneyStream? Payer { get; init; }

    /// <summary>What is expected to arrive of the money.</summary>
    public ulong Delivery { get; init; }

    /// <summary>Whether its money has moved.</summary>
    public bool IsFulfilled { get; set; }

    public List<(MoneyStream Stream, ulong Offset, ReadOnlyMemory<byte> Data)> Data { get; } = [];

    public List<MoneyStream> LimitsTold { get; } = [];

    public List<MoneyStream> ClosesTold { get; } = [];

    public bool MaxStreamIdTold { get; set; }
}
