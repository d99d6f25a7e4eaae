using Codius.Host.Configuration;

namespace Codius.Host.PodAccounts;

/// <summary>
/// Interledger inside pods: an account for each with a connector of the host, and what becomes of its earnings.
/// </summary>
public static class PodAccountsFeature
{
    /// <summary>It comes after the uplink and before what starts pods.</summary>
    public static IServiceCollection AddPodAccounts(this IServiceCollection services)
    {
        services.AddSection<PodAccountOptions>("PodAccounts").ValidateDataAnnotations();
        services.AddSingleton<UplinkShare>();
        services.AddSingleton<PodBooks>();
        services.AddSingleton<PodConnector>();
        services.AddSingleton<IPodAccounts>(provider => provider.GetRequiredService<PodConnector>());
        services.AddHostedService<PodAccountsService>();
        services.AddSingleton<Payees>();
        services.AddSingleton(provider => provider.GetRequiredService<Payees>().CreateClient(
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<PayoutRun>();
        services.AddSingleton<PayoutService>();
        services.AddHostedService(provider => provider.GetRequiredService<PayoutService>());
        services.AddSingleton<Earnings>();
        services.AddSingleton<EarningsEndpoint>();
        return services;
    }

    public static void MapPodAccounts(this IEndpointRouteBuilder routes)
    {
        var earnings = routes.ServiceProvider.GetRequiredService<EarningsEndpoint>();
        routes.MapGet(
            "/pods/{hash}/earnings", (HttpContext context, string hash) => earnings.TellAsync(context, hash));
        routes.MapPut(
            "/pods/{hash}/earnings", (HttpContext context, string hash) => earnings.PayOutAsync(context, hash));
    }
}
