namespace Interledger.Stream;

/// <summary>What to do with money that has arrived.</summary>
public readonly record struct MoneyDecision
{
    private MoneyDecision(MoneyDecisionKind kind, StreamErrorCode code = default, string message = "")
    {
        Kind = kind;
        Code = code;
        Message = message;
    }

    /// <summary>Take it: the packet is fulfilled. This is what the default value means as well.</summary>
    public static MoneyDecision Accept { get; } = new(MoneyDecisionKind.Accept);

    /// <summary>Do not take it now: the sender tries again after a pause.</summary>
    public static MoneyDecision RejectTemporary { get; } = new(MoneyDecisionKind.RejectTemporary);

    internal MoneyDecisionKind Kind { get; }

    internal StreamErrorCode Code { get; }

    internal string Message { get; }

    /// <summary>
    /// Never take it: the streams of the packet and the connection are closed with the answer, so that every sender
    /// stops. Nothing moved.
    /// </summary>
    public static MoneyDecision RejectAndClose(StreamErrorCode code, string message = "") =>
        new(MoneyDecisionKind.RejectAndClose, code, message);

    /// <summary>Never take it: the streams of the packet are closed with the answer; the connection goes on.</summary>
    public static MoneyDecision RejectAndCloseStream(StreamErrorCode code) =>
        new(MoneyDecisionKind.RejectAndCloseStream, code);
}

internal enum MoneyDecisionKind
{
    Accept,
    RejectTemporary,
    RejectAndClose,
    RejectAndCloseStream,
}
