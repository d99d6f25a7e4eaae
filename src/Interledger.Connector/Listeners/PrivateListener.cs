using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Interledger.Connector.Listeners;

/// <summary>
/// A port with a few routes for programs of the same operator, such as settlement engines. It takes no settings from
/// its surroundings.
/// </summary>
public sealed class PrivateListener : IAsyncDisposable
{
    private readonly WebApplication _application;

    private PrivateListener(WebApplication application) => _application = application;

    /// <summary>Where it is reached.</summary>
    public Uri Url => new(_application.Urls.First());

    /// <summary>Opens a port; 0 takes any free one. Routes are mapped before.</summary>
    /// <exception cref="IOException">The port is taken or not ours to take.</exception>
    public static async Task<PrivateListener> StartAsync(
        IPAddress address,
        int port,
        Action<WebApplication> map,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers ?? NullLoggerFactory.Instance);
        builder.Services.AddSingleton<IHostLifetime, OwnersLifetime>();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var application = builder.Build();
        application.UseRouting();
        map(application);
        try
        {
            await application.StartAsync(cancellationToken);
            return new PrivateListener(application);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes the port and its connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
    }
}
