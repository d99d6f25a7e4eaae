using System.Buffers;
using System.Security.Cryptography;
using Codius.Testing.Peers;
using Interledger.Addresses;
using Interledger.Packets;

namespace Codius.Bench.Interledger;

/// <summary>
/// Prepares written and read a second, with 400 bytes of data, beside ilp-packet; ours allocates nothing.
/// </summary>
public static class PacketCodec
{
    private const int Batch = 1000;
    private const string Address = "test.connector.receiver.Xq3VbKTnfZ0pQcU7aWmB8dLs";

    public static async Task<Measure> MeasureAsync()
    {
        var data = RandomNumberGenerator.GetBytes(400);
        await using var peer = await JavaScriptMeter.StartAsync(
            NodePeers.Node, "bench-codec.js", "--destination", Address, "--data", Convert.ToBase64String(data));
        var codec = new Codec(IlpAddress.Parse(Address), data);
        codec.WarmUp();
        return await Rounds.CompareAsync(
            "packet-codec",
            () => Task.FromResult(Rate.Of(codec.RunWithoutAllocation)),
            peer.RunAsync);
    }

    private sealed class Codec(IlpAddress destination, byte[] data)
    {
        private static readonly DateTimeOffset ExpiresAt = new(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

        private readonly byte[] _condition = SHA256.HashData([7]);
        private readonly ArrayBufferWriter<byte> _writer = new(1024);

        public void WarmUp() => WriteAndRead();

        public int RunWithoutAllocation()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Batch; i++)
                WriteAndRead();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return allocated == 0
                ? Batch
                : throw new InvalidOperationException($"{Batch} packets allocated {allocated} bytes");
        }

        private void WriteAndRead()
        {
            _writer.ResetWrittenCount();
            IlpPrepare.Write(_writer, 123_456_789, ExpiresAt, _condition, destination, data);
            if (!IlpPrepare.TryRead(_writer.WrittenMemory, out var prepare)
                || prepare.Amount != 123_456_789 || prepare.ExpiresAt != ExpiresAt
                || prepare.DestinationAscii.Length != destination.Value.Length || prepare.Data.Length != data.Length)
                throw new InvalidOperationException("what was read is not what was written");
        }
    }
}
