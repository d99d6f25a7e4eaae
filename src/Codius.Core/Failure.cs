namespace Codius.Core;

/// <summary>
/// Why something that was expected to fail now and then did. One mapper turns it into an HTTP status.
/// </summary>
public enum FailureKind
{
    InvalidRequest,
    InvalidManifest,
    NotFound,
    Forbidden,
    Conflict,
    RequestTimeout,
    TooLarge,
    UnsupportedMediaType,
    PaymentRequired,
    NoCapacity,
    TooManyRequests,
    ImageNotFound,
    ImageRefused,
    ImageUnavailable,
    PodFailed,
    PodNotReady,
    RuntimeUnavailable,
    UplinkUnavailable,
    RateUnavailable,
    Internal,
}

/// <summary>Who has to act for a retry to make sense.</summary>
public enum Blame
{
    /// <summary>The request: another one is needed.</summary>
    Caller,

    /// <summary>The uploaded code or image.</summary>
    Pod,

    /// <summary>This host or its machine.</summary>
    Host,

    /// <summary>Somebody between: a registry, a connector, a peer.</summary>
    Upstream,
}

/// <summary>
/// An expected failure, as a value: what went wrong in words that may be shown to a stranger, whose fault it is and
/// whether the same request can succeed later. It never contains a private value.
/// </summary>
public sealed record Failure(FailureKind Kind, string Message, Blame Blame, bool Retryable = false)
{
    public static Failure InvalidRequest(string message) => new(FailureKind.InvalidRequest, message, Blame.Caller);

    public static Failure InvalidManifest(string message) => new(FailureKind.InvalidManifest, message, Blame.Caller);

    public static Failure NotFound(string message) => new(FailureKind.NotFound, message, Blame.Caller);

    public static Failure Conflict(string message) => new(FailureKind.Conflict, message, Blame.Caller);

    public static Failure NoCapacity(string message) => new(FailureKind.NoCapacity, message, Blame.Host, true);

    public static Failure PodFailed(string message) => new(FailureKind.PodFailed, message, Blame.Pod);

    public static Failure Internal(string message) => new(FailureKind.Internal, message, Blame.Host, true);
}
