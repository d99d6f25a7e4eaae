namespace Interledger.Btp;

/// <summary>What an Error packet says (RFC 0023, section "Error"). All of it comes from a stranger.</summary>
/// <param name="Code">Three characters.</param>
/// <param name="Name">The name that belongs to the code.</param>
/// <param name="TriggeredAt">When, as generalized time, such as <c>20180101000000.123Z</c>.</param>
/// <param name="Data">Words for a person, or JSON.</param>
public sealed record BtpError(string Code, string Name, string TriggeredAt, string Data)
{
    /// <summary>F00: the request was understood and is not accepted.</summary>
    public static BtpError NotAccepted(string data, DateTimeOffset now) =>
        new("F00", "NotAcceptedError", GeneralizedTime(now), data);

    /// <summary>The form in which BTP writes a time.</summary>
    public static string GeneralizedTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyyMMddHHmmss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
