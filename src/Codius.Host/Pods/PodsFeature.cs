using Codius.Core.Leases;
using Codius.Host.Configuration;
using Codius.Host.Info;
using Codius.Host.Ingress;
using Codius.Host.Secrets;
using Codius.Storage.Sqlite;
using Microsoft.Extensions.Options;

namespace Codius.Host.Pods;

/// <summary>Pods: what sells, runs and ends them.</summary>
public static class PodsFeature
{
    public static IServiceCollection AddPods(this IServiceCollection services)
    {
        services.AddSingleton<HostKey>();
        services.AddSingleton<IHostStore>(provider =>
        {
            var root = provider.GetRequiredService<IOptions<HostOptions>>().Value.RootDirectory;
            _ = provider.GetRequiredService<HostKey>();
            return new SqliteHostStore(Path.Combine(root, "codius.db"));
        });
        services.AddSingleton<Capacity>();
        services.AddSingleton<PodSeal>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<PodServices>();
        services.AddSingleton<PodRegistry>();
        services.AddSingleton<IPodDirectory>(provider => provider.GetRequiredService<PodRegistry>());
        services.AddSingleton<IHostStatus>(provider => provider.GetRequiredService<PodRegistry>());
        services.AddSingleton<PodsEndpoints>();
        services.AddSingleton<LogsEndpoint>();
        services.AddHostedService<PodsService>();
        return services;
    }

    public static void MapPods(this IEndpointRouteBuilder routes)
    {
        var pods = routes.ServiceProvider.GetRequiredService<PodsEndpoints>();
        var logs = routes.ServiceProvider.GetRequiredService<LogsEndpoint>();
        routes.MapPost("/pods", pods.UploadAsync);
        routes.MapMethods("/pods", [HttpMethods.Options], pods.QuoteAsync);
        routes.MapPut("/pods", pods.ExtendAsync);
        routes.MapMethods("/pods", [HttpMethods.Get, HttpMethods.Head], pods.DescribeAsync);
        routes.MapGet("/pods/{hash}/logs", (HttpContext context, string hash) => logs.HandleAsync(context, hash));
    }
}
