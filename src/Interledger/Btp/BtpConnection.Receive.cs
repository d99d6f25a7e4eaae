using System.Buffers;
using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Btp;

internal sealed partial class BtpConnection
{
    private int _unanswered;

    /// <summary>Answers the authentication that the peer began with.</summary>
    public void Accept(uint requestId)
    {
        var frame = new ArrayBufferWriter<byte>();
        frame.WriteResponse(requestId, []);
        Enqueue(frame.WrittenMemory);
    }

    private void Receive(BtpPacket packet)
    {
        switch (packet.Type)
        {
            case BtpPacketType.Response or BtpPacketType.Error when packet.RequestId == _authenticationId
                && _authenticating is { Task.IsCompleted: false }:
                _authenticating.TrySetResult(packet);
                break;
            case BtpPacketType.Response:
                Complete(packet.RequestId, ReadReply(packet));
                break;
            case BtpPacketType.Error:
                Complete(packet.RequestId, Refused(packet.Error!));
                break;
            case BtpPacketType.Message when packet.TryGet(BtpSubProtocol.Ilp, out var ilp):
                _ = AnswerAsync(packet.RequestId, ilp.Data);
                break;
            default:
                Refuse(packet.RequestId, "only messages with an ilp sub-protocol are understood here");
                break;
        }
    }

    // A handler runs on the reading loop as long as it does not wait; it always answers (LinkAnswers.AskAsync).
    private async Task AnswerAsync(uint requestId, ReadOnlyMemory<byte> ilp)
    {
        if (!IlpPrepare.TryRead(ilp, out var prepare))
        {
            Respond(requestId, LinkAnswers.NotAPrepare);
            return;
        }

        try
        {
            var reply = Interlocked.Increment(ref _unanswered) > _options.MaxUnanswered
                ? LinkAnswers.TooManyUnanswered
                : await LinkAnswers.AskAsync(_handler, prepare, _gone.Token);
            Respond(requestId, reply);
        }
        finally
        {
            Interlocked.Decrement(ref _unanswered);
        }
    }

    private void Respond(uint requestId, IlpReply reply)
    {
        if (!IsOpen)
            return;
        var frame = new ArrayBufferWriter<byte>(reply.Packet.Length + 32);
        frame.WriteIlpResponse(requestId, reply.Packet.Span);
        Enqueue(frame.WrittenMemory);
    }

    private void Refuse(uint requestId, string why)
    {
        var frame = new ArrayBufferWriter<byte>();
        frame.WriteError(requestId, BtpError.NotAccepted(why, _time.GetUtcNow()), []);
        Enqueue(frame.WrittenMemory);
    }

    private static IlpReply ReadReply(BtpPacket packet) =>
        packet.TryGet(BtpSubProtocol.Ilp, out var ilp) && IlpReply.TryRead(ilp.Data, out var reply)
            ? reply
            : LinkAnswers.Nonsense;

    private static IlpReply Refused(BtpError error) => IlpReply.Reject(
        IlpErrorCode.InternalError,
        message: PeerText.OneLine($"the peer refused the packet: {error.Name} {error.Data}"));
}
