using Interledger.Receipts;
using Interledger.Stream;
using Interledger.Tests.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Receipts;

public sealed class ReceiptsInStreamTests
{
    private readonly ReceiptVerifier _verifier = new(new byte[32]);

    [Fact]
    public async Task The_sender_gets_the_receiver_s_receipt_for_each_stream()
    {
        await using var pair = StreamPair.Create(new StreamOptions { MaxPacketAmount = 7 }).Receiving(1000);
        var setup = _verifier.CreateSetup();
        var connection = pair.Client.Connect(pair.Server.CreateCredentials("tag", setup));
        var streams = new[] { connection.OpenStream(), connection.OpenStream() };
        streams[0].Receipt.IsEmpty.ShouldBeTrue();
        foreach (var stream in streams)
            stream.SetSendMax(100 * stream.Id);
        foreach (var stream in streams)
        {
            (await stream.WaitForSentAsync(100 * stream.Id).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
            TotalOf(stream).ShouldBe(100 * stream.Id);
            NonceOf(stream).ShouldBe(setup.Nonce.ToArray());
        }

        (await pair.Accepted.Task).Tag.ShouldBe("tag");
    }

    [Fact]
    public async Task Without_set_up_there_are_none()
    {
        await using var pair = StreamPair.Create().Receiving(10);
        var stream = pair.Connect().OpenStream();
        stream.SetSendMax(10);
        (await stream.WaitForSentAsync(10).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        stream.Receipt.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_received_before_a_restart_counts_in_receipts_if_the_receiver_knows_it()
    {
        await using var pair = StreamPair.Create();
        pair.ArrangeStream = static stream =>
        {
            stream.ReceivedEarlier = 5000;
            stream.SetReceiveMax(10);
        };
        var connection = pair.Client.Connect(pair.Server.CreateCredentials(receipts: _verifier.CreateSetup()));
        var stream = connection.OpenStream();
        stream.SetSendMax(10);
        (await stream.WaitForSentAsync(10).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        TotalOf(stream).ShouldBe(5010UL);
        (await pair.Accepted.Task).TotalReceived.ShouldBe(10UL);
    }

    [Fact]
    public async Task Only_the_answer_to_money_that_was_taken_has_one()
    {
        await using var pair = StreamPair.Create().Receiving(10);
        var peer = new RawPeer(pair.Server, pair.Server.CreateCredentials(receipts: _verifier.CreateSetup()));
        (await peer.SendAsync(1, 0, Money)).Frames.ShouldNotContain(StreamFrameType.StreamReceipt);
        (await peer.SendAsync(2, 10, Money)).Frames.ShouldContain(StreamFrameType.StreamReceipt);
        var tooMuch = await peer.SendAsync(3, 10, Money);
        tooMuch.Reply.IsFulfill.ShouldBeFalse();
        tooMuch.Frames.ShouldNotContain(StreamFrameType.StreamReceipt);
    }

    [Fact]
    public async Task A_stream_whose_number_has_no_room_in_a_receipt_is_paid_without()
    {
        await using var pair = StreamPair.Create(server: new StreamOptions { MaxStreams = 1000 }).Receiving(10);
        var peer = new RawPeer(pair.Server, pair.Server.CreateCredentials(receipts: _verifier.CreateSetup()));
        var high = await peer.SendAsync(1, 10, static frames => frames.Add(StreamFrame.StreamMoney(257, 1)));
        high.Reply.IsFulfill.ShouldBeTrue();
        high.Frames.ShouldNotContain(StreamFrameType.StreamReceipt);
    }

    [Fact]
    public async Task Receipts_find_room_in_an_answer_with_very_many_streams()
    {
        await using var pair = StreamPair.Create(server: new StreamOptions { MaxStreams = 2000 }).Receiving(10);
        var peer = new RawPeer(pair.Server, pair.Server.CreateCredentials(receipts: _verifier.CreateSetup()));
        var sequence = 1UL;
        for (var id = 1UL; id < 4000;)
        {
            var from = id;
            id += 1000;
            var reply = await peer.SendAsync(sequence++, 0, frames =>
            {
                for (var each = from; each < id; each += 2)
                    frames.Add(StreamFrame.StreamMoney(each, 1));
            });
            reply.Reply.Data.Length.ShouldBeLessThan(32768);
        }

        var paid = await peer.SendAsync(sequence, 100, static frames =>
        {
            for (var id = 1UL; id < 200; id += 2)
                frames.Add(StreamFrame.StreamMoney(id, 1));
        });
        paid.Reply.IsFulfill.ShouldBeTrue();
        paid.Reply.Data.Length.ShouldBeLessThan(32768);
        paid.Frames.Count(static type => type == StreamFrameType.StreamReceipt).ShouldBe(100);
    }

    private static void Money(StreamFrameBuffer frames) => frames.Add(StreamFrame.StreamMoney(1, 1));

    private ulong TotalOf(MoneyStream stream)
    {
        _verifier.TryVerify(stream.Receipt.Span, out var receipt).ShouldBeTrue();
        ((ulong)receipt.StreamId).ShouldBe(stream.Id);
        return receipt.TotalReceived;
    }

    private byte[] NonceOf(MoneyStream stream)
    {
        _verifier.TryVerify(stream.Receipt.Span, out var receipt).ShouldBeTrue();
        return receipt.Nonce.ToArray();
    }
}
