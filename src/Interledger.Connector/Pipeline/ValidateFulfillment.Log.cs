using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Pipeline;

public sealed partial class ValidateFulfillment
{
    [LoggerMessage(LogLevel.Warning, "Account {Account} sent a fulfilment that does not match its condition")]
    private partial void LogWrong(string account);
}
