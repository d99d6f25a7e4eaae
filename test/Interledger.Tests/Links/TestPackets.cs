using System.Security.Cryptography;
using Interledger.Addresses;
using Interledger.Packets;

namespace Interledger.Tests.Links;

/// <summary>Packets whose fulfilment is 32 zero bytes.</summary>
internal static class TestPackets
{
    public static byte[] Fulfillment { get; } = new byte[32];

    public static byte[] Condition { get; } = SHA256.HashData(Fulfillment);

    public static IlpPrepare Prepare(double seconds = 30, ReadOnlySpan<byte> data = default, ulong amount = 5) =>
        IlpPrepare.Create(
            amount,
            TimeProvider.System.GetUtcNow().AddSeconds(seconds),
            Condition,
            IlpAddress.Parse("example.bob"),
            data);

    /// <summary>Fulfils at once, with the data that came.</summary>
    public static ValueTask<IlpReply> EchoAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
        ValueTask.FromResult(IlpReply.Fulfill(Fulfillment, prepare.Data.Span));

    /// <summary>Does not answer before the link has gone.</summary>
    public static async ValueTask<IlpReply> NeverAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        throw new InvalidOperationException();
    }
}
