using Interledger.Btp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Interledger.Connector.Listeners;

/// <summary>
/// A port that speaks BTP and nothing else, at every path, as moneyd's does. It takes no settings from its
/// surroundings.
/// </summary>
public sealed class BtpListener : IAsyncDisposable
{
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    private readonly WebApplication _application;

    private BtpListener(WebApplication application) => _application = application;

    /// <summary>The port that it listens on.</summary>
    public int Port => new Uri(_application.Urls.First()).Port;

    /// <summary>Opens the port.</summary>
    /// <exception cref="IOException">The port is taken or not ours to take.</exception>
    public static async Task<BtpListener> StartAsync(
        BtpServer server,
        BtpListenerOptions options,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default)
    {
        loggers ??= NullLoggerFactory.Instance;
        return new BtpListener(await BareApplication.StartAsync(
            kestrel => Configure(kestrel, options),
            application =>
            {
                application.UseWebSockets();
                application.Run(new BtpEndpoint(
                    server,
                    options.Endpoint,
                    loggers.CreateLogger<BtpEndpoint>(),
                    application.Lifetime.ApplicationStopping).HandleAsync);
            },
            loggers,
            cancellationToken));
    }

    /// <summary>Closes the port and its connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, BtpListenerOptions options)
    {
        kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = options.MaxConnections;
        kestrel.Listen(options.Address, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
    }
}
