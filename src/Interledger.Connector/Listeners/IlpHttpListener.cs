using Interledger.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Interledger.Connector.Listeners;

/// <summary>
/// A port that takes ILP packets over HTTP/1.1 and nothing else, at every path. It takes no settings from its
/// surroundings.
/// </summary>
public sealed class IlpHttpListener : IAsyncDisposable
{
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastAnswersTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _application;

    private IlpHttpListener(WebApplication application) => _application = application;

    /// <summary>The port that it listens on.</summary>
    public int Port => new Uri(_application.Urls.First()).Port;

    /// <summary>Opens the port.</summary>
    /// <exception cref="IOException">The port is taken or not ours to take.</exception>
    public static async Task<IlpHttpListener> StartAsync(
        HttpAuthenticator authenticate,
        IlpHttpListenerOptions options,
        ILoggerFactory? loggers = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        loggers ??= NullLoggerFactory.Instance;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, OwnersLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));
        var application = builder.Build();
        application.Run(new IlpHttpEndpoint(
            authenticate, options.Endpoint, loggers.CreateLogger<IlpHttpEndpoint>(), time).HandleAsync);
        try
        {
            await application.StartAsync(cancellationToken);
            return new IlpHttpListener(application);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes the port. What is under way has two seconds to be answered.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(LastAnswersTimeout, TimeProvider.System);
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, IlpHttpListenerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
        kestrel.Limits.MaxRequestBodySize = IlpHttp.MaxBodySize;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Listen(options.Address, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
    }
}
