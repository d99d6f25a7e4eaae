using System.Buffers;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Packets;
using Interledger.Payments;
using Interledger.Stream;
using Interledger.Tests.Btp;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

/// <summary>A payer at a real link, whose receiver knows the secret and tells what is not so.</summary>
public sealed class HostileReceiverTests
{
    private const ulong Amount = 10_000;
    private const string Truth = "the truth";
    private static readonly StreamCredentials Credentials = new(IlpAddress.Parse("test.server.x"), new byte[32]);

    /// <summary>By what was sent and the least that may arrive: what is said to have arrived.</summary>
    private static readonly Dictionary<string, Func<ulong, ulong, ulong>> Lies = new()
    {
        [Truth] = static (sent, _) => sent,
        ["nothing"] = static (_, _) => 0,
        ["less than the minimum"] = static (_, minimum) => minimum / 2,
        ["all there is"] = static (_, _) => ulong.MaxValue,
        ["something else each time"] = static (sent, _) => (sent * 2654435761UL) ^ (ulong)Random.Shared.NextInt64(),
    };

    public static TheoryData<string> Names => [.. Lies.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_receiver_that_lies_about_what_arrived_gets_no_more_than_the_payment(string lie)
    {
        await using var listener = new BtpTestServer();
        var taken = 0UL;
        listener.Link.OnPrepare((prepare, _) =>
        {
            var answer = Answer(prepare, Lies[lie], out var money);
            Interlocked.Add(ref taken, money);
            return ValueTask.FromResult(answer);
        });
        await using var link = new BtpClient(listener.Url);
        await link.WaitUntilConnectedAsync(default);
        await using var payer = new StreamClient(link, new StreamClientOptions
        {
            Address = IlpAddress.Parse("test.client"),
            Asset = new AssetDetails("XYZ", 9),
        });

        var (payment, failure) = await OutgoingPayment.QuoteAsync(
            payer, Credentials, PaymentAmount.FixedSource(Amount)).WaitAsync(StreamPair.Patience);
        if (payment is null)
        {
            failure.ShouldNotBeNull();
            taken.ShouldBe(0UL);
            lie.ShouldNotBe(Truth);
            return;
        }

        var outcome = await payment.PayAsync().WaitAsync(StreamPair.Patience);
        taken.ShouldBeLessThanOrEqualTo(Amount);
        outcome.Totals.Sent.ShouldBe(taken);
        if (lie == Truth)
            taken.ShouldBe(Amount);
    }

    // Takes whatever has money in it. A packet without any is a test of the rate, and is answered with a lie too.
    private static IlpReply Answer(IlpPrepare prepare, Func<ulong, ulong, ulong> lie, out ulong taken)
    {
        using var keys = new StreamKeys(Credentials.SharedSecret.Span);
        taken = 0;
        var plaintext = new byte[prepare.Data.Length - StreamKeys.Overhead];
        keys.TryDecrypt(prepare.Data.Span, plaintext).ShouldBeTrue();
        StreamPacket.TryRead(plaintext, out var packet).ShouldBeTrue();
        var fulfillment = new byte[StreamKeys.HashLength];
        keys.Fulfillment(prepare.Data.Span, fulfillment);
        var probe = IlpReply.Fulfill(fulfillment);
        var isFulfillable = probe.Fulfills(prepare.Condition);
        var writer = new ArrayBufferWriter<byte>();
        StreamPacket.Write(
            writer,
            isFulfillable ? IlpPacketType.Fulfill : IlpPacketType.Reject,
            packet.Sequence,
            lie(prepare.Amount, packet.Amount),
            new StreamFrameBuffer());
        var data = new byte[writer.WrittenCount + StreamKeys.Overhead];
        keys.Encrypt(writer.WrittenSpan, data);
        if (!isFulfillable)
            return IlpReply.Reject(IlpErrorCode.ApplicationError, Credentials.Address, "", data);
        taken = prepare.Amount;
        return IlpReply.Fulfill(fulfillment, data);
    }
}
