using Interledger.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Listeners;

/// <summary>ILP over HTTP as a route of a web application.</summary>
public static class IlpHttpEndpoints
{
    /// <summary>
    /// Takes ILP packets at a path, for any method: it answers 405 itself. The application must not have read the body
    /// before, and must not end requests that wait for their answer: packets may be held until they expire.
    /// </summary>
    public static IEndpointConventionBuilder MapIlpHttp(
        this IEndpointRouteBuilder routes,
        string pattern,
        HttpAuthenticator authenticate,
        IlpHttpEndpointOptions? options = null)
    {
        var services = routes.ServiceProvider;
        var endpoint = new IlpHttpEndpoint(
            authenticate,
            options ?? new IlpHttpEndpointOptions(),
            services.GetRequiredService<ILogger<IlpHttpEndpoint>>(),
            services.GetService<TimeProvider>());
        return routes.Map(pattern, endpoint.HandleAsync);
    }
}
