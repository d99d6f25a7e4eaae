using Interledger.Ildcp;
using Interledger.Packets;
using Interledger.Tests.Fixtures;

namespace Interledger.Fuzz.Targets;

/// <summary>What comes over every link: Prepares, and their answers, with those that tell an address.</summary>
internal static class PacketTargets
{
    public static IEnumerable<FuzzTarget> Create() =>
    [
        new("prepare", Samples("prepare"), ReadPrepare),
        new("reply", [.. Samples("fulfill"), .. Samples("reject"), .. IldcpAnswers], ReadReply),
    ];

    private static IEnumerable<byte[]> IldcpAnswers =>
        Vectors.All["ildcp"]!["responses"]!.AsArray().Select(vector => vector.Hex("hex"));

    private static IReadOnlyList<byte[]> Samples(string kind) =>
        [.. Vectors.All[kind]!.AsArray().Select(vector => vector.Hex("hex")).Where(packet => packet.Length < 2000)];

    private static void ReadPrepare(ReadOnlyMemory<byte> input)
    {
        if (!IlpPrepare.TryRead(input, out var prepare))
            return;
        _ = prepare.Amount;
        _ = prepare.ExpiresAt;
        _ = prepare.Destination.Value.Length + prepare.Condition.Length + prepare.Data.Length;
        _ = IldcpRequest.IsRequest(prepare);
        var forwarded = prepare.Forward(prepare.Amount / 2, prepare.ExpiresAt);
        if (forwarded.Amount != prepare.Amount / 2 || !forwarded.Condition.SequenceEqual(prepare.Condition))
            throw new InvalidOperationException("forwarding changed more than it should");
    }

    private static void ReadReply(ReadOnlyMemory<byte> input)
    {
        if (!IlpReply.TryRead(input, out var reply))
            return;
        _ = reply.Message.Length + reply.TriggeredBy.Value.Length + reply.Code.ToString().Length + reply.Data.Length;
        _ = AmountTooLarge.TryRead(reply.Data.Span, out _);
        _ = IldcpInfo.TryRead(reply, out _);
    }
}
