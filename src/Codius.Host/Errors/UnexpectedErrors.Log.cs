namespace Codius.Host.Errors;

public sealed partial class UnexpectedErrors
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed unexpectedly (trace {TraceId})")]
    private partial void LogUnexpected(Exception exception, string method, string path, string traceId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A request was refused with {Status}: {Reason}")]
    private partial void LogRefused(int status, string reason);
}
