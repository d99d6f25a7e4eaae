using System.Diagnostics;
using System.Net;
using Codius.Host.Configuration;
using Microsoft.Extensions.Options;

namespace Codius.Host.Ingress;

/// <summary>The connections from the host to its pods, and the moment when a stopping host gives them up.</summary>
public sealed class PodConnections : IDisposable
{
    private readonly CancellationTokenSource _drained;
    private readonly CancellationTokenRegistration _stopping;

    public PodConnections(
        IOptions<IngressOptions> ingress,
        IOptions<HostOptions> host,
        IHostApplicationLifetime lifetime,
        TimeProvider time)
    {
        _drained = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _stopping = lifetime.ApplicationStopping.Register(() => _drained.CancelAfter(host.Value.Limits.DrainTimeout));
        Client = new HttpMessageInvoker(new FlushingHandler(new SocketsHttpHandler
        {
            ConnectTimeout = ingress.Value.ConnectTimeout,
            // Addresses are used again by other pods.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
            EnableMultipleHttp2Connections = true,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
        }));
    }

    public HttpMessageInvoker Client { get; }

    /// <summary>Cancelled when the host is stopping and has waited long enough.</summary>
    public CancellationToken Drained => _drained.Token;

    public void Dispose()
    {
        _stopping.Dispose();
        _drained.Dispose();
        Client.Dispose();
    }
}
