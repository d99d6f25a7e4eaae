namespace Interledger.Http;

/// <summary>Bodies from strangers.</summary>
public static class HttpBody
{
    private const int FirstRoom = 1024;

    /// <summary>
    /// Reads a body to its end into a buffer of its own; null if it is longer than allowed, of which no more than that
    /// is read.
    /// </summary>
    /// <param name="stream">The body.</param>
    /// <param name="announced">How long it says it is, in bytes; it need not be true.</param>
    /// <param name="most">How long it may be, in bytes.</param>
    /// <param name="cancellationToken">Ends the wait for it.</param>
    /// <exception cref="IOException">It breaks off.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(
        System.IO.Stream stream, long? announced, int most, CancellationToken cancellationToken)
    {
        // One byte more than announced, so that its end is seen without growing.
        var buffer = new byte[Math.Clamp((announced ?? FirstRoom) + 1, 1, most + 1)];
        var length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var count)
        {
            length += count;
            if (length > most)
                return null;
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(2 * buffer.Length, most + 1));
        }

        return buffer.AsMemory(0, length);
    }
}
