using System.Net;
using Interledger.Http;
using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Listeners;

public sealed partial class IlpHttpEndpoint
{
    [LoggerMessage(LogLevel.Information, "A request for ILP over HTTP from {Client} had no token of an account")]
    private partial void LogRefusedToken(IPAddress? client);

    [LoggerMessage(LogLevel.Information, "The account of the link ({Link}) posted something that is no ILP Prepare")]
    private partial void LogNotAPrepare(HttpLink link);
}
