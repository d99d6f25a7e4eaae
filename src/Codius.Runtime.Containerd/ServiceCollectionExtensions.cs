using Codius.Core.Pods;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Codius.Runtime.Containerd;

public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Makes containerd the runtime of pods. Options are validated when the host starts; whoever owns the pods then
    /// calls <see cref="IPodRuntime.OpenAsync"/>.
    /// </summary>
    public static IServiceCollection AddContainerdRuntime(
        this IServiceCollection services, Action<ContainerdOptions> configure)
    {
        services.AddOptions<ContainerdOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ContainerdOptions>, ContainerdOptionsValidation>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ContainerdPodRuntime>(
            provider, provider.GetRequiredService<IOptions<ContainerdOptions>>().Value));
        services.AddSingleton<IPodRuntime>(provider => provider.GetRequiredService<ContainerdPodRuntime>());
        return services;
    }

    private sealed class ContainerdOptionsValidation : IValidateOptions<ContainerdOptions>
    {
        public ValidateOptionsResult Validate(string? name, ContainerdOptions options) =>
            options.Validate().ToList() is { Count: > 0 } wrong
                ? ValidateOptionsResult.Fail(wrong)
                : ValidateOptionsResult.Success;
    }
}
