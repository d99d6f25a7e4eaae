using Interledger.Btp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Listeners;

/// <summary>BTP as a route of a web application.</summary>
public static class BtpEndpoints
{
    /// <summary>Serves BTP at a path. The application has to call <c>UseWebSockets</c> before.</summary>
    public static IEndpointConventionBuilder MapBtp(
        this IEndpointRouteBuilder routes, string pattern, BtpServer server, BtpEndpointOptions? options = null)
    {
        var services = routes.ServiceProvider;
        var endpoint = new BtpEndpoint(
            server,
            options ?? new BtpEndpointOptions(),
            services.GetRequiredService<ILogger<BtpEndpoint>>(),
            services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        return routes.Map(pattern, endpoint.HandleAsync);
    }
}
