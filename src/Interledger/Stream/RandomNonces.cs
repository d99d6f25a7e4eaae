using System.Security.Cryptography;

namespace Interledger.Stream;

/// <summary>
/// Random nonces. Each thread draws some at once and uses every one of them once, because asking the system's generator
/// costs more than the encryption of a packet.
/// </summary>
internal static class RandomNonces
{
    /// <summary>Of AES-GCM, in bytes.</summary>
    public const int Length = 12;

    private const int Drawn = 128 * Length;

    [ThreadStatic]
    private static byte[]? _drawn;

    [ThreadStatic]
    private static int _left;

    public static void Next(Span<byte> nonce)
    {
        var drawn = _drawn ??= new byte[Drawn];
        if (_left == 0)
        {
            RandomNumberGenerator.Fill(drawn);
            _left = Drawn;
        }

        _left -= Length;
        var next = drawn.AsSpan(_left, Length);
        next.CopyTo(nonce);
        next.Clear();
    }
}
