namespace Interledger.Fuzz;

/// <summary>
/// Damages samples, in one buffer: changed, cut, doubled or mixed, and now and then nothing but noise.
/// </summary>
internal sealed class Mutator(IReadOnlyList<byte[]> samples, Random random)
{
    private const int MostDamages = 6;
    private const int LongestNoise = 64;

    // Lengths and numbers go wrong at these.
    private static readonly byte[] Edges = [0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xfe, 0xff];

    private readonly byte[] _buffer = new byte[samples.Max(sample => sample.Length) * 2 + LongestNoise];

    public ReadOnlyMemory<byte> Next()
    {
        var length = random.Next(50) == 0 ? Noise() : Sample();
        for (var damages = random.Next(MostDamages); damages > 0 && length > 0; damages--)
            Damage(random.Next(length));
        return _buffer.AsMemory(0, random.Next(4) == 0 ? random.Next(length + 1) : length);
    }

    private int Noise()
    {
        var length = random.Next(LongestNoise);
        random.NextBytes(_buffer.AsSpan(0, length));
        return length;
    }

    private int Sample()
    {
        var sample = Any();
        sample.CopyTo(_buffer, 0);
        if (random.Next(10) > 0)
            return sample.Length;
        var other = Any();
        var start = random.Next(other.Length + 1);
        other.AsSpan(start).CopyTo(_buffer.AsSpan(sample.Length));
        return sample.Length + other.Length - start;
    }

    private void Damage(int at) => _buffer[at] = random.Next(3) switch
    {
        0 => (byte)random.Next(256),
        1 => (byte)(_buffer[at] ^ (1 << random.Next(8))),
        _ => Edges[random.Next(Edges.Length)],
    };

    private byte[] Any() => samples[random.Next(samples.Count)];
}
