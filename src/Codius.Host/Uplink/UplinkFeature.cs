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
        .AddSingleton<IHostedService>(provider => (IHostedService)provider.GetRequiredService<IUplink>())
        .AddSingleton<IAssetSource, UplinkAsset>();

    private static IUplink Choose(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<HostOptions>>().Value.Uplink.BtpUrl is null
            ? ActivatorUtilities.CreateInstance<PlayMoneyUplink>(provider)
            : ActivatorUtilities.CreateInstance<BtpUplink>(provider);

    private sealed class UplinkAsset(IUplink uplink) : IAssetSource
    {
        public Asset? Current => uplink.Asset is { } asset ? new Asset(asset.Code, asset.Scale) : null;
    }
}
