using System.Net;
using Interledger.Btp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
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
    public static Task<BtpListener> StartAsync(
        BtpServer server,
        BtpListenerOptions options,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default) =>
        StartAsync(_ => server, options, loggers, cancellationToken);

    /// <summary>
    /// Opens a port where who connects is known by the address he comes from: <paramref name="serverFor"/> has a server
    /// for each that may connect, and null, which is answered 403, for all others.
    /// </summary>
    /// <exception cref="IOException">The port is taken or not ours to take.</exception>
    public static async Task<BtpListener> StartAsync(
        Func<IPAddress, BtpServer?> serverFor,
        BtpListenerOptions options,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default)
    {
        loggers ??= NullLoggerFactory.Instance;
        var logger = loggers.CreateLogger<BtpEndpoint>();
        return new BtpListener(await BareApplication.StartAsync(
            kestrel => Configure(kestrel, options),
            application =>
            {
                application.UseWebSockets();
                var stopping = application.Lifetime.ApplicationStopping;
                application.Run(context =>
                    context.Connection.RemoteIpAddress is { } from && serverFor(from) is { } server
                        ? new BtpEndpoint(server, options.Endpoint, logger, stopping).HandleAsync(context)
                        : RefuseAsync(context));
            },
            loggers,
            cancellationToken,
            options.BindsAhead));
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
        kestrel.Listen(options.Address, options.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (options.MaxConnectionsPerAddress is { } most)
                new ConnectionsPerAddress(most).Limit(listen);
        });
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("This address has no account here.\n", context.RequestAborted);
    }
}
