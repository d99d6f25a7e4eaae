namespace Interledger.Packets;

/// <summary>Three characters that say why a packet was rejected (RFC 0027, section "ILP Error Codes").</summary>
public readonly record struct IlpErrorCode
{
    private readonly uint _characters;

    private IlpErrorCode(uint characters) => _characters = characters;

    /// <summary>F00: the packet is wrong.</summary>
    public static IlpErrorCode BadRequest { get; } = Of("F00");

    /// <summary>F01: the packet cannot be understood.</summary>
    public static IlpErrorCode InvalidPacket { get; } = Of("F01");

    /// <summary>F02: no route to the destination.</summary>
    public static IlpErrorCode Unreachable { get; } = Of("F02");

    /// <summary>F03: the amount is not one that can be handled.</summary>
    public static IlpErrorCode InvalidAmount { get; } = Of("F03");

    /// <summary>F04: the receiver did not get what it wanted.</summary>
    public static IlpErrorCode InsufficientDestinationAmount { get; } = Of("F04");

    /// <summary>F05: the receiver made another condition.</summary>
    public static IlpErrorCode WrongCondition { get; } = Of("F05");

    /// <summary>F06: the receiver did not expect this packet.</summary>
    public static IlpErrorCode UnexpectedPayment { get; } = Of("F06");

    /// <summary>F07: the receiver cannot take this now or ever.</summary>
    public static IlpErrorCode CannotReceive { get; } = Of("F07");

    /// <summary>F08: more than a packet may carry; the data says how much was received and is allowed.</summary>
    public static IlpErrorCode AmountTooLarge { get; } = Of("F08");

    /// <summary>F99: a final error that only sender and receiver understand.</summary>
    public static IlpErrorCode ApplicationError { get; } = Of("F99");

    /// <summary>T00: an internal error.</summary>
    public static IlpErrorCode InternalError { get; } = Of("T00");

    /// <summary>T01: the next hop does not answer.</summary>
    public static IlpErrorCode PeerUnreachable { get; } = Of("T01");

    /// <summary>T02: the next hop is too busy.</summary>
    public static IlpErrorCode PeerBusy { get; } = Of("T02");

    /// <summary>T03: the connector is too busy.</summary>
    public static IlpErrorCode ConnectorBusy { get; } = Of("T03");

    /// <summary>T04: an account on the way has no liquidity.</summary>
    public static IlpErrorCode InsufficientLiquidity { get; } = Of("T04");

    /// <summary>T05: too many packets.</summary>
    public static IlpErrorCode RateLimited { get; } = Of("T05");

    /// <summary>T99: a temporary error that only sender and receiver understand.</summary>
    public static IlpErrorCode TemporaryApplicationError { get; } = Of("T99");

    /// <summary>R00: the packet expired before it was answered.</summary>
    public static IlpErrorCode TransferTimedOut { get; } = Of("R00");

    /// <summary>R01: less than was asked for arrived at the source of the error.</summary>
    public static IlpErrorCode InsufficientSourceAmount { get; } = Of("R01");

    /// <summary>R02: too little time was left.</summary>
    public static IlpErrorCode InsufficientTimeout { get; } = Of("R02");

    /// <summary>R99: a relative error that only sender and receiver understand.</summary>
    public static IlpErrorCode RelativeApplicationError { get; } = Of("R99");

    /// <summary>Never to be repeated unchanged.</summary>
    public bool IsFinal => Class == 'F';

    /// <summary>May succeed later.</summary>
    public bool IsTemporary => Class == 'T';

    /// <summary>May succeed with more money or time.</summary>
    public bool IsRelative => Class == 'R';

    private char Class => (char)(_characters >> 16);

    /// <summary>
    /// Reads the three octets of a Reject; any printable characters are accepted, as peers invent codes.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> ascii, out IlpErrorCode code)
    {
        code = default;
        if (ascii.Length != 3 || ascii.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
            return false;
        code = new IlpErrorCode((uint)(ascii[0] << 16 | ascii[1] << 8 | ascii[2]));
        return true;
    }

    /// <summary>Writes the three octets.</summary>
    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)(_characters >> 16);
        destination[1] = (byte)(_characters >> 8);
        destination[2] = (byte)_characters;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        _characters == 0 ? "" : string.Create(3, _characters, static (text, characters) =>
        {
            text[0] = (char)(characters >> 16);
            text[1] = (char)((characters >> 8) & 0xff);
            text[2] = (char)(characters & 0xff);
        });

    private static IlpErrorCode Of(string code) => new((uint)(code[0] << 16 | code[1] << 8 | code[2]));
}
