using System.Buffers;
using System.Text;
using Interledger.Oer;

namespace Interledger.Connector.Routes.Ccp;

/// <summary>A route as it is told. Nothing of it is checked but its form.</summary>
/// <param name="Prefix">The addresses that it leads to.</param>
/// <param name="Path">The connectors on the way, the one that tells it first.</param>
/// <param name="Auth">32 octets by which its origin could show that it is its.</param>
public sealed record CcpRoute(string Prefix, IReadOnlyList<string> Path, ReadOnlyMemory<byte> Auth)
{
    /// <summary>How many octets <see cref="Auth"/> has.</summary>
    public const int AuthLength = 32;

    internal static bool TryRead(ref OerReader reader, out CcpRoute? route)
    {
        route = null;
        if (!reader.TryReadVarOctets(out var prefix) || !reader.TryReadVarUInt(out var hops))
            return false;
        List<string> path = [];
        for (; hops > 0; hops--)
        {
            if (!reader.TryReadVarOctets(out var hop))
                return false;
            path.Add(Encoding.ASCII.GetString(hop));
        }

        if (!reader.TryReadOctets(AuthLength, out var auth) || !TryReadProperties(ref reader))
            return false;
        route = new CcpRoute(Encoding.ASCII.GetString(prefix), path, auth.ToArray());
        return true;
    }

    internal void Write(IBufferWriter<byte> writer)
    {
        writer.WriteVarOctets(Encoding.ASCII.GetBytes(Prefix));
        writer.WriteVarUInt((ulong)Path.Count);
        foreach (var hop in Path)
            writer.WriteVarOctets(Encoding.ASCII.GetBytes(hop));
        writer.Write(Auth.Span);
        writer.WriteVarUInt(0);
    }

    internal int Size => OerWriter.SizeOfVarOctets(Prefix.Length) + OerWriter.SizeOfVarUInt((ulong)Path.Count)
        + Path.Sum(hop => OerWriter.SizeOfVarOctets(hop.Length)) + AuthLength + 2;

    // Flags, a number and a value each; nobody has defined any, and they are not passed on.
    private static bool TryReadProperties(ref OerReader reader)
    {
        if (!reader.TryReadVarUInt(out var count))
            return false;
        for (; count > 0; count--)
        {
            if (!reader.TryReadUInt8(out _) || !reader.TryReadUInt16(out _) || !reader.TryReadVarOctets(out _))
                return false;
        }

        return true;
    }
}
