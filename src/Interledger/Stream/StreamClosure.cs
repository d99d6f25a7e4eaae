namespace Interledger.Stream;

/// <summary>How a stream or a connection ended.</summary>
/// <param name="Code">Why.</param>
/// <param name="Message">Words for a person; if the peer closed it, they come from a stranger.</param>
/// <param name="ByPeer">Whether the peer closed it.</param>
public sealed record StreamClosure(StreamErrorCode Code, string Message = "", bool ByPeer = false)
{
    /// <summary>Of a connection that failed to send: what went wrong.</summary>
    public StreamFailure? Failure { get; init; }
}
