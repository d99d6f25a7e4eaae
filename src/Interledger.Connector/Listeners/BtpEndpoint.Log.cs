using Interledger.Btp;
using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Listeners;

public sealed partial class BtpEndpoint
{
    [LoggerMessage(LogLevel.Debug, "BTP connection from {Client}")]
    private partial void LogConnected(string client);

    [LoggerMessage(LogLevel.Debug, "BTP connection from {Client} ended: {End}")]
    private partial void LogClosed(string client, BtpDisconnect end);

    [LoggerMessage(LogLevel.Information, "BTP connection from {Client} was cut off: {End}")]
    private partial void LogCutOff(string client, BtpDisconnect end);

    [LoggerMessage(LogLevel.Information, "A web page at {Client} tried to open a BTP connection and was refused")]
    private partial void LogRefusedOrigin(string client);
}
