using System.Buffers;
using System.Security.Cryptography;
using Codius.Testing.Processes;
using Interledger.Packets;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

/// <summary>What a peer hears on a connection that has ended.</summary>
public sealed class StreamCloseTests
{
    [Fact]
    public async Task What_brings_no_money_is_fulfilled_and_the_end_told_once_it_is_not_known()
    {
        await using var pair = StreamPair.Create();
        var credentials = pair.Server.CreateCredentials();
        await SendAsync(pair.Server, credentials, 1, amount: 0);
        await (await pair.Accepted.Task).CloseAsync(StreamErrorCode.ApplicationError, "enough");

        var reply = await SendAsync(pair.Server, credentials, 2, amount: 0);
        reply.IsFulfill.ShouldBeTrue();
        FramesOf(reply, credentials).ShouldBe([StreamFrameType.ConnectionClose]);
    }

    [Fact]
    public async Task Whoever_closes_a_closing_connection_waits_for_its_end()
    {
        var answering = new TaskCompletionSource();
        await using var pair = StreamPair.Create();
        pair.Receiving(10).Arrange = connection => connection.OnMoney(async (_, _) =>
        {
            await answering.Task;
            return MoneyDecision.Accept;
        });
        var connection = pair.Connect();
        var stream = connection.OpenStream();
        stream.SetSendMax(10);
        await pair.Opened.Task.WaitAsync(StreamPair.Patience);
        await Deadline.UntilAsync(() => Task.FromResult(stream.Unanswered == 10), "the money is under way");

        var (first, second, answers) = (connection.CloseAsync(), connection.CloseAsync(), stream.WaitForAnswersAsync());
        (first.IsCompleted || second.IsCompleted || answers.IsCompleted).ShouldBeFalse();
        answering.SetResult();
        (await answers.WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        await second.WaitAsync(StreamPair.Patience);
        connection.IsOpen.ShouldBeFalse();
        stream.TotalSent.ShouldBe(10UL);
    }

    [Fact]
    public async Task Who_has_closed_the_connection_is_not_told_of_it_again()
    {
        await using var pair = StreamPair.Create();
        var credentials = pair.Server.CreateCredentials();
        await SendAsync(pair.Server, credentials, 1, amount: 0, close: true);

        var reply = await SendAsync(pair.Server, credentials, 2, amount: 0);
        reply.IsFulfill.ShouldBeTrue();
        FramesOf(reply, credentials).ShouldBeEmpty();
    }

    [Fact]
    public async Task Money_is_rejected_with_the_end()
    {
        await using var pair = StreamPair.Create();
        var credentials = pair.Server.CreateCredentials();
        await SendAsync(pair.Server, credentials, 1, amount: 0, close: true);

        var reply = await SendAsync(pair.Server, credentials, 2, amount: 1);
        reply.Code.ShouldBe(IlpErrorCode.ApplicationError);
        FramesOf(reply, credentials).ShouldBe([StreamFrameType.ConnectionClose]);
    }

    private static async Task<IlpReply> SendAsync(
        StreamServer server, StreamCredentials credentials, ulong sequence, ulong amount, bool close = false)
    {
        var frames = new StreamFrameBuffer();
        if (close)
            frames.Add(StreamFrame.ConnectionClose(StreamErrorCode.NoError, default));
        return await server.HandleAsync(Prepare(credentials, sequence, amount, frames), CancellationToken.None);
    }

    private static IlpPrepare Prepare(
        StreamCredentials credentials, ulong sequence, ulong amount, StreamFrameBuffer frames)
    {
        using var keys = new StreamKeys(credentials.SharedSecret.Span);
        var plaintext = new ArrayBufferWriter<byte>();
        StreamPacket.Write(plaintext, IlpPacketType.Prepare, sequence, 0, frames);
        var data = new byte[plaintext.WrittenCount + StreamKeys.Overhead];
        keys.Encrypt(plaintext.WrittenSpan, data);
        var fulfillment = new byte[StreamKeys.HashLength];
        keys.Fulfillment(data, fulfillment);
        return IlpPrepare.Create(
            amount,
            TimeProvider.System.GetUtcNow().AddSeconds(30),
            SHA256.HashData(fulfillment),
            credentials.Address,
            data);
    }

    private static List<StreamFrameType> FramesOf(IlpReply reply, StreamCredentials credentials)
    {
        using var keys = new StreamKeys(credentials.SharedSecret.Span);
        var plaintext = new byte[reply.Data.Length - StreamKeys.Overhead];
        keys.TryDecrypt(reply.Data.Span, plaintext).ShouldBeTrue();
        StreamPacket.TryRead(plaintext, out var packet).ShouldBeTrue();
        var types = new List<StreamFrameType>();
        foreach (var frame in packet)
            types.Add(frame.Type);
        return types;
    }
}
