using Codius.Core.Earnings;
using Codius.Core.Leases;
using Codius.Host.Configuration;
using Codius.Host.Info;
using Codius.Host.Ingress;
using Codius.Host.Pods.Logs;
using Codius.Host.Secrets;
using Codius.Storage.Sqlite;
using Microsoft.Extensions.Options;

namespace Codius.Host.Pods;

/// <summary>Pods: what sells, runs and ends them.</summary>
public static class PodsFeature
{
    public static IServiceCollection AddPods(this IServiceCollection services)
    {
        services.AddSection<PodOptions>("Pods").ValidateDataAnnotations();
        services.AddSingleton<HostKey>();
        services.AddSingleton(provider =>
        {
            var root = provider.GetRequiredService<IOptions<HostOptions>>().Value.RootDirectory;
            _ = provider.GetRequiredService<HostKey>();
            return new SqliteHostStore(Path.Combine(root, HostOptions.StoreFile));
        });
        services.AddSingleton<IHostStore>(provider => provider.GetRequiredService<SqliteHostStore>());
        services.AddSingleton<IEarningsStore>(provider => provider.GetRequiredService<SqliteHostStore>());
        services.AddSection<MachineOptions>("Machines");
        services.AddSingleton<IValidateOptions<MachineOptions>, MachineOptionsValidator>();
        services.AddSingleton<MachineTable>();
        services.AddSection<AdmissionOptions>("Admission");
        services.AddSingleton<IValidateOptions<AdmissionOptions>, AdmissionOptionsValidator>();
        services.AddSingleton<Admission>();
        services.AddSingleton<Capacity>();
        services.AddSingleton<PodSeal>();
        services.AddSingleton<PodNotes>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<PodServices>();
        services.AddSingleton<PodRegistry>();
        services.AddSingleton<IPodDirectory>(provider => provider.GetRequiredService<PodRegistry>());
        services.AddSingleton<IHostStatus, HostStatus>();
        services.AddSingleton<PodsEndpoints>();
        services.AddSingleton<LogHub>();
        services.AddSingleton<LogsEndpoint>();
        services.AddSingleton<StopEndpoint>();
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
        var stop = routes.ServiceProvider.GetRequiredService<StopEndpoint>();
        routes.MapDelete("/pods/{hash}", (HttpContext context, string hash) => stop.HandleAsync(context, hash));
        routes.MapGet("/pods/{hash}/logs", (HttpContext context, string hash) => logs.HandleAsync(context, hash));
    }
}
