using System.Buffers;
using System.Security.Cryptography;
using Interledger;
using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Stream;

namespace Codius.Bench.Interledger;

/// <summary>
/// A receiver and packets for it, each of which brings money to the stream of one of some connections. When all were
/// received, another receiver with the same secret, which has not seen them, begins again.
/// </summary>
public sealed class Receiver
{
    public const int Connections = 8;
    public const int Packets = 4000;
    private const int Batch = 200;
    private const ulong Amount = 100;
    private const ulong Minimum = 90;

    private static readonly IlpAddress Address = IlpAddress.Parse("test.receiver");

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(StreamTokens.SecretLength);
    private readonly byte[][] _packets;
    private StreamServer _server;
    private int _next;

    public Receiver()
    {
        _server = CreateServer();
        _packets = [.. BuildAll()];
        if (!IlpPrepare.TryRead(_packets[0], out var first))
            throw new InvalidOperationException("no Prepare");
        DataLength = first.Data.Length;
        AnswerLength = Receive(_packets[0]).Data.Length;
        _next = 1;
    }

    /// <summary>How long the encrypted part of a packet is.</summary>
    public int DataLength { get; }

    /// <summary>How long that of its answer is.</summary>
    public int AnswerLength { get; }

    public int Run()
    {
        if (_next + Batch > Packets)
            (_server, _next) = (CreateServer(), 0);
        for (var i = 0; i < Batch; i++)
            Receive(_packets[_next++]);
        return Batch;
    }

    private IlpReply Receive(byte[] packet)
    {
        if (!IlpPrepare.TryRead(packet, out var prepare))
            throw new InvalidOperationException("no Prepare");
        var answer = _server.HandleAsync(prepare, CancellationToken.None);
        return answer is { IsCompletedSuccessfully: true, Result: { IsFulfill: true } reply }
            ? reply
            : throw new InvalidOperationException("a packet was not fulfilled at once");
    }

    private StreamServer CreateServer()
    {
        var server = new StreamServer(InMemoryLink.CreatePair().Left, new StreamServerOptions
        {
            Address = Address,
            Asset = new AssetDetails("XRP", 9),
            Secret = _secret,
        });
        server.OnConnection(
            static connection => connection.OnStream(static stream => stream.SetReceiveMax(ulong.MaxValue)));
        return server;
    }

    private IEnumerable<byte[]> BuildAll()
    {
        var credentials = Enumerable.Range(0, Connections).Select(_ => _server.CreateCredentials()).ToList();
        var keys = credentials.ConvertAll(each => new StreamKeys(each.SharedSecret.Span));
        for (var i = 0; i < Packets; i++)
        {
            var sequence = 1 + (ulong)(i / Connections);
            yield return Build(credentials[i % Connections].Address, keys[i % Connections], sequence);
        }

        keys.ForEach(static each => each.Dispose());
    }

    private static byte[] Build(IlpAddress destination, StreamKeys keys, ulong sequence)
    {
        var frames = new StreamFrameBuffer();
        frames.Add(StreamFrame.StreamMoney(1, Amount));
        var plaintext = new ArrayBufferWriter<byte>();
        StreamPacket.Write(plaintext, IlpPacketType.Prepare, sequence, Minimum, frames);
        var data = new byte[plaintext.WrittenCount + StreamKeys.Overhead];
        keys.Encrypt(plaintext.WrittenSpan, data);
        Span<byte> fulfillment = stackalloc byte[StreamKeys.HashLength];
        Span<byte> condition = stackalloc byte[StreamKeys.HashLength];
        keys.Fulfillment(data, fulfillment);
        StreamKeys.Condition(fulfillment, condition);
        var expiresAt = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1);
        return IlpPrepare.Create(Amount, expiresAt, condition, destination, data).Packet.ToArray();
    }
}
