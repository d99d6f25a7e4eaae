using System.Buffers;

namespace Interledger.Btp;

/// <summary>
/// A stream below a WebSocket that can gather frames and pass them on together: a system call for each frame costs
/// more than everything else that is done for it. Whoever gathers passes on soon. What others write meanwhile, such as
/// pings, goes with it, and the stream below has one writer at a time.
/// </summary>
internal sealed class GatheringStream(System.IO.Stream below) : System.IO.Stream
{
    private readonly Lock _lock = new();
    private ArrayBufferWriter<byte> _gathered = new();
    private ArrayBufferWriter<byte> _passing = new();
    private bool _gathers;
    private int _writing;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>How many bytes wait to be passed on.</summary>
    public int Gathered
    {
        get
        {
            lock (_lock)
                return _gathered.WrittenCount;
        }
    }

    /// <summary>Begins to gather; not while something is written that has not passed yet.</summary>
    public void Gather()
    {
        lock (_lock)
            _gathers = _writing == 0;
    }

    /// <summary>Passes on what was gathered, and gathers no more.</summary>
    public async ValueTask PassOnAsync(CancellationToken cancellationToken)
    {
        while (TakeGathered() is { IsEmpty: false } taken)
            await below.WriteAsync(taken, cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_gathers)
            {
                _gathered.Write(buffer.Span);
                return ValueTask.CompletedTask;
            }

            _writing++;
        }

        return WriteThroughAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        below.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        below.ReadAsync(buffer, offset, count, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => below.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("This stream is written to asynchronously.");

    public override void Flush() => below.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => below.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            below.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask WriteThroughAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await below.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            lock (_lock)
                _writing--;
        }
    }

    // It gathers until nothing came while the last was passed on.
    private ReadOnlyMemory<byte> TakeGathered()
    {
        lock (_lock)
        {
            _gathers = _gathered.WrittenCount > 0;
            (_gathered, _passing) = (_passing, _gathered);
            _gathered.ResetWrittenCount();
            return _passing.WrittenMemory;
        }
    }
}
