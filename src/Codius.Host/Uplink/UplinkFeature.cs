using Codius.Core.Ledger;
using Codius.Host.Configuration;
using Codius.Host.Info;
using Microsoft.Extensions.Options;

namespace Codius.Host.Uplink;

public static class UplinkFeature
{
    /// <summary>
    /// The provider that the settings name, or else play money. It comes before what receives payments, because
    /// services stop in reverse order.
    /// </summary>
    public static IServiceCollection AddUplink(this IServiceCollection services) => services
        .AddSingleton<IValidateOptions<HostOptions>, UplinkOptionsValidator>()
        .AddSingleton(Choose)
        .AddHostedService<UplinkService>()
        .AddSingleton<IAssetSource, UplinkAsset>();

    private static IUplink Choose(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<HostOptions>>().Value.Uplink.BtpUrl is null
            ? ActivatorUtilities.CreateInstance<PlayMoneyUplink>(provider)
            : ActivatorUtilities.CreateInstance<BtpUplink>(provider);

    // An uplink that has nothing to start, such as one in memory, is one as well.
    private sealed class UplinkService(IUplink uplink) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) =>
            (uplink as IHostedService)?.StartAsync(cancellationToken) ?? Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) =>
            (uplink as IHostedService)?.StopAsync(cancellationToken) ?? Task.CompletedTask;
    }

    private sealed class UplinkAsset(IUplink uplink) : IAssetSource
    {
        public Asset? Current => uplink.Asset?.ToAsset();
    }
}
