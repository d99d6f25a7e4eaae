using Interledger.Btp;
using Interledger.Packets;
using Interledger.Tests.Fixtures;

namespace Interledger.Fuzz.Targets;

/// <summary>A BTP packet with its sub-protocols, the credentials of a stranger and an ILP packet among them.</summary>
internal static class BtpTarget
{
    public static FuzzTarget Create() =>
        new("btp", [.. Vectors.All["btp"]!.AsArray().Select(vector => vector.Hex("hex"))], Read);

    private static void Read(ReadOnlyMemory<byte> input)
    {
        if (!BtpPacket.TryRead(input, out var packet))
            return;
        var count = 0;
        foreach (var entry in packet)
        {
            count++;
            _ = IlpPrepare.TryRead(entry.Data, out _) || IlpReply.TryRead(entry.Data, out _);
        }

        if (count != packet.SubProtocolCount)
            throw new InvalidOperationException("more or fewer sub-protocols than it says");
        _ = BtpCredentials.TryRead(packet, out _);
    }
}
