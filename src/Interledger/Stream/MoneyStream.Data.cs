namespace Interledger.Stream;

public sealed partial class MoneyStream
{
    private ulong _toldMaxData;

    /// <summary>
    /// Writes bytes. It waits while too many are not yet with the peer. False if the stream was closed before all were
    /// taken over.
    /// </summary>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        while (!data.IsEmpty)
        {
            Task? full = null;
            lock (Connection.Gate)
            {
                if (Closure is not null || Closing)
                    return false;
                var room = Connection.Options.SendBuffer - Outgoing.Buffered;
                if (room <= 0)
                {
                    full = Changed.Next();
                }
                else
                {
                    var part = data[..Math.Min(room, data.Length)];
                    Outgoing.Write(part.Span);
                    data = data[part.Length..];
                }
            }

            if (full is null)
                Connection.RequestPump();
            else
                await full.WaitAsync(cancellationToken);
        }

        return true;
    }

    /// <summary>
    /// Reads bytes in the order in which they were written; it waits until there are some. Zero when the stream was
    /// closed and all were read.
    /// </summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task change;
            lock (Connection.Gate)
            {
                var count = Incoming.Read(buffer.Span);
                if (count > 0)
                {
                    TellWindow();
                    return count;
                }

                if (Closure is not null || buffer.IsEmpty)
                    return 0;
                change = Changed.Next();
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    // The answers to the peer's packets tell the window as well, so a packet of its own waits until half is free.
    private void TellWindow()
    {
        var freed = Incoming.MaxOffset - _toldMaxData;
        if (Closure is not null || freed < (ulong)Connection.Options.StreamReceiveWindow / 2)
            return;
        _toldMaxData = Incoming.MaxOffset;
        LimitsToTell = true;
        Connection.RequestPump();
    }
}
