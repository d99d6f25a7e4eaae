using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Interledger.Addresses;
using Interledger.Packets;

namespace Interledger.Stream;

/// <summary>The connections of an endpoint by the segment of the address that names them.</summary>
internal sealed class StreamConnections(IlpAddress address, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, StreamConnection> _connections = new(StringComparer.Ordinal);
    private readonly byte[] _prefix = Encoding.ASCII.GetBytes(address.Value + ".");
    private ITimer? _timer;

    public int Count => _connections.Count;

    public void StartSweeping() => _timer = time.CreateTimer(
        static connections => ((StreamConnections)connections!).Sweep(), this, SweepInterval, SweepInterval);

    /// <summary>The segment after our own address; false if the packet is not for something below it.</summary>
    public bool TryGetSegment(ReadOnlySpan<byte> destination, Span<char> buffer, out ReadOnlySpan<char> segment)
    {
        segment = default;
        if (!destination.StartsWith(_prefix))
            return false;
        var local = destination[_prefix.Length..];
        if (local.IndexOf((byte)'.') is >= 0 and var end)
            local = local[..end];
        segment = buffer[..Encoding.ASCII.GetChars(local, buffer)];
        return !segment.IsEmpty;
    }

    public StreamConnection? Find(ReadOnlySpan<char> segment) =>
        _connections.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(segment, out var found) ? found : null;

    public bool TryAdd(string segment, StreamConnection connection) => _connections.TryAdd(segment, connection);

    /// <summary>Forgets those that are over, and those that never got money and were silent for this long.</summary>
    public void MakeRoom(TimeSpan silence)
    {
        foreach (var (segment, connection) in _connections)
        {
            if (connection.TryForget(silence, makesRoom: true))
                _connections.TryRemove(segment, out _);
        }
    }

    public IEnumerable<StreamConnection> All => _connections.Values;

    public void Dispose() => _timer?.Dispose();

    /// <summary>
    /// Decrypts and reads the data of a Prepare. False if it is none that the peer of these keys can have made.
    /// </summary>
    public static bool TryOpen(IlpPrepare prepare, StreamKeys keys, byte[] buffer, out StreamPacket packet)
    {
        packet = default;
        var length = prepare.Data.Length - StreamKeys.Overhead;
        if (length <= 0)
            return false;
        var plaintext = buffer.AsSpan(0, length);
        return keys.TryDecrypt(prepare.Data.Span, plaintext)
            && StreamPacket.TryRead(plaintext, out packet)
            && packet.Type == IlpPacketType.Prepare;
    }

    public static byte[] Rent(IlpPrepare prepare) => ArrayPool<byte>.Shared.Rent(Math.Max(prepare.Data.Length, 1));

    private void Sweep()
    {
        foreach (var (segment, connection) in _connections)
        {
            if (connection.TryForget(connection.Options.IdleTimeout))
                _connections.TryRemove(segment, out _);
            else
                connection.LookAtClock();
        }
    }
}
