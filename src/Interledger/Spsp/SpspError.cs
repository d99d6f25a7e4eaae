namespace Interledger.Spsp;

/// <summary>Why there are no details of a receiver.</summary>
public enum SpspErrorKind
{
    /// <summary>The URL is none that may be asked: not HTTPS, or with a query.</summary>
    InvalidEndpoint,

    /// <summary>The server cannot be reached, or broke off.</summary>
    Unreachable,

    /// <summary>It did not answer in time.</summary>
    TimedOut,

    /// <summary>It does not know the receiver.</summary>
    NotFound,

    /// <summary>It answered with an error.</summary>
    Refused,

    /// <summary>It sent us on too often, or to where we do not go.</summary>
    BadRedirect,

    /// <summary>Its answer does not say where to pay, or is too long.</summary>
    InvalidAnswer,
}

/// <summary>Why there are no details of a receiver. No money has moved.</summary>
/// <param name="Kind">What kind of failure it is.</param>
/// <param name="Message">Words for a person.</param>
/// <param name="Status">The HTTP status, if there was one.</param>
public sealed record SpspError(SpspErrorKind Kind, string Message, int Status = 0)
{
    /// <summary>Whether the same may succeed later.</summary>
    public bool IsTemporary =>
        Kind is SpspErrorKind.Unreachable or SpspErrorKind.TimedOut
        || (Kind == SpspErrorKind.Refused && (Status >= 500 || Status == 429));
}

/// <summary>What came of asking for the details of a receiver.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Error">Why there is none.</param>
public sealed record SpspResult(SpspAnswer? Answer, SpspError? Error)
{
    /// <summary>
    /// Who answered in the end: after redirects perhaps another host than the one that was asked, which a person should
    /// be shown (RFC 0026).
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>For how long the answer may be used for further connections; null for this once.</summary>
    public TimeSpan? MaxAge { get; init; }
}
