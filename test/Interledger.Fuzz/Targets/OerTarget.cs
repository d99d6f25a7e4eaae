using Interledger.Oer;

namespace Interledger.Fuzz.Targets;

/// <summary>The encoding that everything else is made of: every kind of value, one after another, to the end.</summary>
internal static class OerTarget
{
    public static FuzzTarget Create() => new(
        "oer",
        [
            Convert.FromHexString("0100" + "01ff" + "020100" + "08ffffffffffffffff"),
            Convert.FromHexString("8107ffffffffffffff" + "0a00000000000000000005"),
            Convert.FromHexString("05" + "6869686968" + "8180" + new string('a', 256)),
            Convert.FromHexString("820100" + new string('b', 512)),
        ],
        Read);

    private static void Read(ReadOnlyMemory<byte> input)
    {
        for (var kind = 0; kind < 6; kind++)
        {
            var reader = new OerReader(input.Span);
            while (!reader.IsAtEnd && TryReadOne(ref reader, kind))
            {
                if (reader.Position > input.Length)
                    throw new InvalidOperationException("read beyond the end");
            }
        }
    }

    private static bool TryReadOne(ref OerReader reader, int kind) => kind switch
    {
        0 => reader.TryReadVarUInt(out _),
        1 => reader.TryReadVarOctets(out _),
        2 => reader.TryReadUInt8(out _) && reader.TryReadVarOctets(out _),
        3 => reader.TryReadUInt16(out _),
        4 => reader.TryReadUInt32(out _) && reader.TryReadVarUInt(out _),
        _ => reader.TryReadUInt64(out _),
    };
}
