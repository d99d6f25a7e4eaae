namespace Codius.Runtime.Containerd.Grpc;

/// <summary>The status codes of gRPC.</summary>
public enum GrpcCode
{
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

/// <summary>How a call ended.</summary>
public readonly record struct GrpcStatus(GrpcCode Code, string Message)
{
    public bool IsOk => Code == GrpcCode.Ok;

    public override string ToString() => $"{Code}: {Message}";
}

/// <summary>The answer to a call: a message when the status is ok.</summary>
public readonly record struct GrpcReply<T>(T? Value, GrpcStatus Status)
    where T : class
{
    /// <summary>The message, for calls whose failure means that the runtime is broken.</summary>
    public T Require(string call) =>
        Value ?? throw new IOException($"containerd could not do {call} ({Status}).");
}
