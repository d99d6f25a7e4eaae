using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Pipeline;

public sealed partial class MapErrors
{
    [LoggerMessage(LogLevel.Error, "A packet from account {Account} could not be handled")]
    private partial void LogFailed(Exception exception, string account);
}
