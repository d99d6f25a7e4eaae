using System.Globalization;
using System.Numerics;

namespace Codius.Core.Money;

/// <summary>
/// An exact fraction, in lowest terms and with a positive denominator: what a rate or a price is before it is rounded
/// once to whole units. Prints as <c>3/8</c>, or <c>5</c> where it is whole.
/// </summary>
public readonly record struct Rational : IComparable<Rational>
{
    // More digits than any price has, and few enough that a stranger's number costs nothing.
    private const int MostDigits = 400;
    private const int MostExponent = 60;

    private readonly BigInteger _denominator;

    public Rational(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero)
            throw new DivideByZeroException("A fraction has no denominator of zero.");
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        (Numerator, _denominator) = (numerator / divisor, denominator / divisor);
    }

    public BigInteger Numerator { get; }

    public BigInteger Denominator => _denominator.IsZero ? BigInteger.One : _denominator;

    public bool IsPositive => Numerator.Sign > 0;

    public static Rational operator *(Rational one, Rational other) =>
        new(one.Numerator * other.Numerator, one.Denominator * other.Denominator);

    /// <exception cref="DivideByZeroException">The other is zero.</exception>
    public static Rational operator /(Rational one, Rational other) =>
        new(one.Numerator * other.Denominator, one.Denominator * other.Numerator);

    public static bool operator <(Rational one, Rational other) => one.CompareTo(other) < 0;

    public static bool operator >(Rational one, Rational other) => one.CompareTo(other) > 0;

    public static bool operator <=(Rational one, Rational other) => one.CompareTo(other) <= 0;

    public static bool operator >=(Rational one, Rational other) => one.CompareTo(other) >= 0;

    public static implicit operator Rational(decimal value) => FromDecimal(value);

    public static Rational FromDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var unscaled = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return new Rational(value < 0 ? -unscaled : unscaled, BigInteger.Pow(10, value.Scale));
    }

    /// <summary>
    /// Reads a number without a sign as JSON writes it, <c>0.52</c> or <c>5.2e-1</c>, or a fraction, <c>13/25</c>.
    /// Fails for one of more than 400 digits or with an exponent beyond ±60.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Rational value)
    {
        value = default;
        var slash = text.IndexOf('/');
        if (slash < 0)
            return TryParseNumber(text, out value);
        if (!TryParseDigits(text[..slash], out var numerator)
            || !TryParseDigits(text[(slash + 1)..], out var denominator)
            || denominator.IsZero)
            return false;
        value = new Rational(numerator, denominator);
        return true;
    }

    public int CompareTo(Rational other) =>
        (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    public bool Equals(Rational other) => Numerator == other.Numerator && Denominator == other.Denominator;

    public override int GetHashCode() => HashCode.Combine(Numerator, Denominator);

    /// <summary>The least whole number that is not below it.</summary>
    public BigInteger Ceiling()
    {
        var quotient = BigInteger.DivRem(Numerator, Denominator, out var rest);
        return rest.Sign > 0 ? quotient + BigInteger.One : quotient;
    }

    public override string ToString() => Denominator.IsOne
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    private static bool TryParseNumber(ReadOnlySpan<char> text, out Rational value)
    {
        value = default;
        var exponent = 0;
        if (text.IndexOfAny('e', 'E') is var e and >= 0)
        {
            if (!int.TryParse(
                    text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || exponent is < -MostExponent or > MostExponent)
                return false;
            text = text[..e];
        }

        var dot = text.IndexOf('.');
        var fraction = dot < 0 ? "" : text[(dot + 1)..];
        if ((dot >= 0 && fraction.IsEmpty) || text.Length > MostDigits
            || !TryParseDigits(dot < 0 ? text : text[..dot], out var whole))
            return false;
        var part = BigInteger.Zero;
        if (!fraction.IsEmpty && !TryParseDigits(fraction, out part))
            return false;
        var unscaled = (whole * BigInteger.Pow(10, fraction.Length)) + part;
        var power = exponent - fraction.Length;
        value = power < 0
            ? new Rational(unscaled, BigInteger.Pow(10, -power))
            : new Rational(unscaled * BigInteger.Pow(10, power), BigInteger.One);
        return true;
    }

    private static bool TryParseDigits(ReadOnlySpan<char> text, out BigInteger value)
    {
        value = default;
        return text.Length is > 0 and <= MostDigits && !text.ContainsAnyExceptInRange('0', '9')
            && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
