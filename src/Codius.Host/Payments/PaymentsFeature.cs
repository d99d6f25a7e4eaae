using Codius.Host.Configuration;
using Codius.Host.Payments.Rates;
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
        services.AddSingleton<UnpaidWork>();
        services.AddSingleton<OperationRegistry>();
        services.AddSingleton<Refunds>();
        services.AddSingleton<OperationRunner>();
        services.AddSingleton<PaymentGate>();
        services.AddSingleton<QuoteGate>();
        services.AddSingleton<ToldPrices>();
        services.AddSingleton<Quotes>();
        return services.AddRates();
    }

    // The source is the operator's own choice and may be anywhere; where it sends on to is not.
    private static IServiceCollection AddRates(this IServiceCollection services)
    {
        services.AddSection<RateOptions>("Rates").ValidateDataAnnotations();
        services.AddSingleton(provider => new Rates.Rates(
            provider.GetRequiredService<ITill>(),
            provider.GetRequiredService<IOptions<RateOptions>>().Value,
            new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false }),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Rates.Rates>>()));
        services.AddSingleton<IRates>(provider => provider.GetRequiredService<Rates.Rates>());
        services.AddHostedService(provider => provider.GetRequiredService<Rates.Rates>());
        return services;
    }
}
