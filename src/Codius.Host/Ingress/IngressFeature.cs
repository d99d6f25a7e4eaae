using Codius.Host.Configuration;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Codius.Host.Ingress;

/// <summary>The way from the world to the pods.</summary>
public static class IngressFeature
{
    public static IServiceCollection AddIngress(this IServiceCollection services)
    {
        services.AddSection<IngressOptions>(IngressOptions.Section);
        services.AddSingleton<IValidateOptions<IngressOptions>, IngressOptionsValidator>();
        services.AddHttpForwarder();
        services.AddSingleton<PodConnections>();
        return services;
    }

    /// <summary>Stands before the host's own routes: a request to a pod never reaches them.</summary>
    public static void UseIngress(this WebApplication app) => app.UseMiddleware<PodIngress>();
}
