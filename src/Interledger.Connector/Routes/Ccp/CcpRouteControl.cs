using System.Buffers;
using Interledger.Oer;

namespace Interledger.Connector.Routes.Ccp;

/// <summary>Whether a connector wants to be told routes.</summary>
public enum CcpMode : byte
{
    /// <summary>It does not.</summary>
    Idle = 0,

    /// <summary>It wants all from its last known epoch on, and what changes.</summary>
    Sync = 1,
}

/// <summary>
/// The data of a packet to <c>peer.route.control</c>: a connector asks for routes, or no longer wants them. The protocol
/// has no RFC; this is what ilp-protocol-ccp and interledger-rs exchange.
/// </summary>
/// <param name="Mode">What is asked.</param>
/// <param name="LastKnownTable">The table that was told last; empty for none.</param>
/// <param name="LastKnownEpoch">Up to where it is known.</param>
public readonly record struct CcpRouteControl(CcpMode Mode, Guid LastKnownTable, uint LastKnownEpoch)
{
    private const int MostFeatures = 64;

    /// <summary>Reads the data; nothing may follow it. Features are read over: there are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out CcpRouteControl control)
    {
        control = default;
        var reader = new OerReader(data);
        if (!reader.TryReadUInt8(out var mode) || mode > (byte)CcpMode.Sync
            || !reader.TryReadOctets(CcpRouteUpdate.TableIdLength, out var table)
            || !reader.TryReadUInt32(out var epoch)
            || !reader.TryReadVarUInt(out var features) || features > MostFeatures)
            return false;
        for (; features > 0; features--)
        {
            if (!reader.TryReadVarOctets(out _))
                return false;
        }

        control = new CcpRouteControl((CcpMode)mode, new Guid(table, bigEndian: true), epoch);
        return reader.IsAtEnd;
    }

    /// <summary>Writes the data.</summary>
    public void Write(IBufferWriter<byte> writer)
    {
        writer.WriteUInt8((byte)Mode);
        writer.WriteTableId(LastKnownTable);
        writer.WriteUInt32(LastKnownEpoch);
        writer.WriteVarUInt(0);
    }
}
