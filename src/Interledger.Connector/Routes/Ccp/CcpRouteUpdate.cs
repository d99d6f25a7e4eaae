using System.Buffers;
using System.Text;
using Interledger.Oer;

namespace Interledger.Connector.Routes.Ccp;

/// <summary>
/// The data of a packet to <c>peer.route.update</c>: what has changed in a connector's table between two epochs.
/// </summary>
/// <param name="Table">Names the table; another one begins anew.</param>
/// <param name="CurrentEpoch">How far the table is.</param>
/// <param name="FromEpoch">The first change that this tells.</param>
/// <param name="ToEpoch">The first that it does not.</param>
/// <param name="HoldDownMilliseconds">How long the routes are good for without another update.</param>
/// <param name="Speaker">The address of the connector that tells them.</param>
/// <param name="NewRoutes">Routes that are there now.</param>
/// <param name="WithdrawnRoutes">Prefixes whose routes are gone.</param>
public sealed record CcpRouteUpdate(
    Guid Table,
    uint CurrentEpoch,
    uint FromEpoch,
    uint ToEpoch,
    uint HoldDownMilliseconds,
    string Speaker,
    IReadOnlyList<CcpRoute> NewRoutes,
    IReadOnlyList<string> WithdrawnRoutes)
{
    internal const int TableIdLength = 16;

    /// <summary>Reads the data; nothing may follow it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out CcpRouteUpdate? update)
    {
        update = null;
        var reader = new OerReader(data);
        if (!reader.TryReadOctets(TableIdLength, out var table)
            || !reader.TryReadUInt32(out var current)
            || !reader.TryReadUInt32(out var from)
            || !reader.TryReadUInt32(out var to) || from > to
            || !reader.TryReadUInt32(out var holdDown)
            || !reader.TryReadVarOctets(out var speaker)
            || !TryReadRoutes(ref reader, out var routes)
            || !TryReadWithdrawn(ref reader, out var withdrawn)
            || !reader.IsAtEnd)
            return false;
        update = new CcpRouteUpdate(
            new Guid(table, bigEndian: true), current, from, to, holdDown, Encoding.ASCII.GetString(speaker), routes, withdrawn);
        return true;
    }

    /// <summary>Writes the data.</summary>
    public void Write(IBufferWriter<byte> writer)
    {
        writer.WriteTableId(Table);
        writer.WriteUInt32(CurrentEpoch);
        writer.WriteUInt32(FromEpoch);
        writer.WriteUInt32(ToEpoch);
        writer.WriteUInt32(HoldDownMilliseconds);
        writer.WriteVarOctets(Encoding.ASCII.GetBytes(Speaker));
        writer.WriteVarUInt((ulong)NewRoutes.Count);
        foreach (var route in NewRoutes)
            route.Write(writer);
        writer.WriteVarUInt((ulong)WithdrawnRoutes.Count);
        foreach (var prefix in WithdrawnRoutes)
            writer.WriteVarOctets(Encoding.ASCII.GetBytes(prefix));
    }

    private static bool TryReadRoutes(ref OerReader reader, out List<CcpRoute> routes)
    {
        routes = [];
        if (!reader.TryReadVarUInt(out var count))
            return false;
        for (; count > 0; count--)
        {
            if (!CcpRoute.TryRead(ref reader, out var route))
                return false;
            routes.Add(route!);
        }

        return true;
    }

    private static bool TryReadWithdrawn(ref OerReader reader, out List<string> prefixes)
    {
        prefixes = [];
        if (!reader.TryReadVarUInt(out var count))
            return false;
        for (; count > 0; count--)
        {
            if (!reader.TryReadVarOctets(out var prefix))
                return false;
            prefixes.Add(Encoding.ASCII.GetString(prefix));
        }

        return true;
    }
}

internal static class CcpWriter
{
    public static void WriteTableId(this IBufferWriter<byte> writer, Guid table)
    {
        table.TryWriteBytes(writer.GetSpan(CcpRouteUpdate.TableIdLength), bigEndian: true, out var written);
        writer.Advance(written);
    }
}
