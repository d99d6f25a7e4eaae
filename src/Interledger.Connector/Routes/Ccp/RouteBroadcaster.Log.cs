using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Routes.Ccp;

public sealed partial class RouteBroadcaster
{
    [LoggerMessage(LogLevel.Debug, "Account {Account} was not told routes: {Code}")]
    private partial void LogNotTold(string account, string code);

    [LoggerMessage(LogLevel.Debug, "Account {Account} does not tell its routes: {Code}")]
    private partial void LogNotAsked(string account, string code);

    [LoggerMessage(LogLevel.Information, "Account {Account} sent a route packet that cannot be read")]
    private partial void LogUnreadable(string account);

    [LoggerMessage(LogLevel.Information, "The routes of account {Account} were not renewed and are forgotten")]
    private partial void LogExpired(string account);
}
