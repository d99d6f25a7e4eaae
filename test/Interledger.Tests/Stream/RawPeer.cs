using System.Buffers;
using System.Security.Cryptography;
using Interledger.Packets;
using Interledger.Stream;

namespace Interledger.Tests.Stream;

/// <summary>A client that puts its packets together by hand, right or wrong.</summary>
internal sealed class RawPeer(StreamServer server, StreamCredentials credentials, TimeProvider? time = null)
{
    private readonly StreamKeys _keys = new(credentials.SharedSecret.Span);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    public IlpPrepare Prepare(
        ulong sequence, ulong amount = 0, Action<StreamFrameBuffer>? add = null, ulong minimum = 0)
    {
        var frames = new StreamFrameBuffer();
        add?.Invoke(frames);
        var plaintext = new ArrayBufferWriter<byte>();
        StreamPacket.Write(plaintext, IlpPacketType.Prepare, sequence, minimum, frames);
        return Prepare(plaintext.WrittenSpan, amount);
    }

    public IlpPrepare Prepare(ReadOnlySpan<byte> plaintext, ulong amount = 0)
    {
        var data = new byte[plaintext.Length + StreamKeys.Overhead];
        _keys.Encrypt(plaintext, data);
        var fulfillment = new byte[StreamKeys.HashLength];
        _keys.Fulfillment(data, fulfillment);
        return IlpPrepare.Create(
            amount,
            _time.GetUtcNow().AddSeconds(30),
            SHA256.HashData(fulfillment),
            credentials.Address,
            data);
    }

    public Task<RawReply> SendAsync(ulong sequence, ulong amount = 0, Action<StreamFrameBuffer>? add = null) =>
        SendAsync(Prepare(sequence, amount, add));

    public async Task<RawReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken = default) =>
        Open(await server.HandleAsync(prepare, cancellationToken));

    public RawReply Open(IlpReply reply)
    {
        var types = new List<StreamFrameType>();
        var plaintext = new byte[Math.Max(0, reply.Data.Length - StreamKeys.Overhead)];
        if (!_keys.TryDecrypt(reply.Data.Span, plaintext) || !StreamPacket.TryRead(plaintext, out var packet))
            return new RawReply(reply, null, types);
        foreach (var frame in packet)
            types.Add(frame.Type);
        return new RawReply(reply, packet.Amount, types);
    }
}

internal sealed record RawReply(IlpReply Reply, ulong? Arrived, List<StreamFrameType> Frames)
{
    public string Code => Reply.IsFulfill ? "" : Reply.Code.ToString();
}
