using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

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
        CancellationToken cancellationToken = default) =>
        new(await BareApplication.StartAsync(
            kestrel => kestrel.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http1),
            application =>
            {
                application.UseRouting();
                map(application);
            },
            loggers,
            cancellationToken));

    /// <summary>Closes the port and its connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
    }
}
