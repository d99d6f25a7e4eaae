using Interledger.Stream;
using Interledger.Tests.Fixtures;

namespace Interledger.Fuzz.Targets;

/// <summary>A decrypted STREAM packet with all its frames.</summary>
internal static class StreamPacketTarget
{
    public static IReadOnlyList<byte[]> Samples { get; } =
    [
        .. Vectors.StreamPackets.Select(vector => Convert.FromBase64String(vector.Value.Text("buffer"))),
    ];

    public static FuzzTarget Create() => new("stream-packet", Samples, Read);

    private static void Read(ReadOnlyMemory<byte> input)
    {
        if (!StreamPacket.TryRead(input.Span, out var packet))
            return;
        foreach (var frame in packet)
            _ = frame.ErrorMessage.Length + frame.Data.Length + (long)frame.StreamId;
    }
}
