using Codius.Host.Configuration;
using Microsoft.Extensions.Options;

namespace Codius.Host.Payments;

/// <summary>Paying: the only place of the host that knows Interledger.</summary>
public static class PaymentsFeature
{
    public static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.AddSection<PaymentOptions>("Payments").ValidateDataAnnotations();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<PaymentOptions>>().Value);
        services.AddSingleton<Acceptances>();
        services.AddHostedService(provider => provider.GetRequiredService<Acceptances>());
        services.AddSingleton<StreamTill>();
        services.AddSingleton<ITill>(provider => provider.GetRequiredService<StreamTill>());
        services.AddHostedService<TillService>();
        services.AddSingleton<PaymentTag>();
        services.AddSingleton<OperationRegistry>();
        services.AddSingleton<Refunds>();
        services.AddSingleton<OperationRunner>();
        services.AddSingleton<PaymentGate>();
        services.AddSingleton<QuoteGate>();
        services.AddSingleton<Quotes>();
        return services;
    }
}
