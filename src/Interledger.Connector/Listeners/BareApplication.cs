using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Interledger.Connector.Listeners;

/// <summary>What all listeners are made of: a web server that takes no settings from its surroundings.</summary>
internal static class BareApplication
{
    /// <summary>Starts it with its ports open.</summary>
    /// <param name="listen">Sets ports and limits.</param>
    /// <param name="map">Says what is answered there.</param>
    /// <param name="loggers">Where it logs; nowhere if null.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="bindsAhead">Whether it may bind addresses that the machine does not have yet.</param>
    /// <exception cref="IOException">A port is taken or not ours to take.</exception>
    public static async Task<WebApplication> StartAsync(
        Action<KestrelServerOptions> listen,
        Action<WebApplication> map,
        ILoggerFactory? loggers,
        CancellationToken cancellationToken,
        bool bindsAhead = false)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers ?? NullLoggerFactory.Instance);
        builder.Services.AddSingleton<IHostLifetime, OwnersLifetime>();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            listen(kestrel);
        });
        if (bindsAhead)
            builder.Services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = BindAhead);
        var application = builder.Build();
        map(application);
        try
        {
            await application.StartAsync(cancellationToken);
            return application;
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    // man 7 ip: SOL_IP is 0, IP_FREEBIND 15.
    private static Socket BindAhead(EndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetRawSocketOption(0, 15, BitConverter.GetBytes(1));
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Whoever started a listener stops it; it does not heed the signals of the process by itself.
    private sealed class OwnersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
