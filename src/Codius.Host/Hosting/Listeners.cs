using System.Diagnostics.CodeAnalysis;
using System.Net;
using Codius.Host.Configuration;
using Codius.Host.Errors;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Codius.Host.Hosting;

/// <summary>The sockets that strangers connect to, and what the server itself puts up with.</summary>
public sealed class Listeners(IOptions<HostOptions> options) : IConfigureOptions<KestrelServerOptions>
{
    /// <summary>
    /// How much of a body that was refused is read and thrown away so that the client gets the answer.
    /// </summary>
    private const long MostDiscarded = 64L * BodyReader.DefaultLimit;

    public void Configure(KestrelServerOptions server)
    {
        if (!TryRead(out var host))
            return;
        server.AddServerHeader = false;
        server.AllowResponseHeaderCompression = false;
        Limit(server.Limits, host.Limits);
        var address = IPAddress.Parse(host.BindIp);
        server.Listen(address, host.Port, listen => listen.Protocols = HttpProtocols.Http1);
        if (host.H2cPort is { } port)
            server.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http2);
    }

    /// <summary>
    /// The framework makes the server before it validates. Wrong settings are left to the validation that follows,
    /// which names those of every feature at once.
    /// </summary>
    private bool TryRead([NotNullWhen(true)] out HostOptions? host)
    {
        try
        {
            host = options.Value;
        }
        catch (OptionsValidationException)
        {
            host = null;
        }

        return host is not null;
    }

    private static void Limit(KestrelServerLimits limits, LimitOptions options)
    {
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = options.MaxConnections;
        limits.RequestHeadersTimeout = options.HeadersTimeout;
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        limits.MaxRequestBodySize = MostDiscarded;
        limits.MaxRequestHeaderCount = 100;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }
}
