using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Settlement;

public sealed partial class Settlements
{
    [LoggerMessage(LogLevel.Information, "Account {Account} is to be paid {Amount} (scale {Scale}), settlement {Key}")]
    private partial void LogBegun(string account, string amount, byte scale, string key);

    [LoggerMessage(LogLevel.Information, "Account {Account} has paid {Amount} (scale {Scale}), settlement {Key}")]
    private partial void LogCredited(string account, string amount, byte scale, string key);

    [LoggerMessage(LogLevel.Warning, "The settlement engine of {Account} does not answer as it should: {Status}")]
    private partial void LogEngine(string account, string status);

    [LoggerMessage(LogLevel.Error, "The settlement of account {Account} has failed here")]
    private partial void LogFailed(Exception exception, string account);
}
