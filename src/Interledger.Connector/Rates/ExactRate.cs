namespace Interledger.Connector.Rates;

/// <summary>
/// How many minor units of one asset go out for how many of another that came in: a ratio of integers, because nothing
/// else is exact.
/// </summary>
public readonly record struct ExactRate
{
    /// <summary>Makes a rate of <paramref name="numerator"/> / <paramref name="denominator"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is zero.</exception>
    public ExactRate(ulong numerator, ulong denominator)
    {
        ArgumentOutOfRangeException.ThrowIfZero(numerator);
        ArgumentOutOfRangeException.ThrowIfZero(denominator);
        (Numerator, Denominator) = (numerator, denominator);
    }

    /// <summary>One for one.</summary>
    public static ExactRate One { get; } = new(1, 1);

    /// <summary>Units that go out.</summary>
    public ulong Numerator { get; }

    /// <summary>Units that come in.</summary>
    public ulong Denominator { get; }

    /// <summary>Converts an amount, rounding down; false if the result does not fit a packet.</summary>
    public bool TryConvert(ulong amount, out ulong converted)
    {
        var exact = (UInt128)amount * Numerator / Denominator;
        converted = exact > ulong.MaxValue ? 0 : (ulong)exact;
        return exact <= ulong.MaxValue;
    }
}
