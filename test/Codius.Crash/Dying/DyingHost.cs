using Codius.Core.Leases;
using Codius.Core.Pods;
using Codius.Host.Payments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Codius.Crash.Dying;

/// <summary>
/// The whole of codiusd, with its store, its runtime, its till and its answers watched. codiusd itself knows nothing of
/// it.
/// </summary>
internal static class DyingHost
{
    public static async Task<int> RunAsync(Step step, string[] settings)
    {
        var watch = new StepWatch(step);
        await using var app = Codius.Host.Program.Create(settings, builder =>
        {
            Watch<IHostStore>(builder.Services, watch);
            Watch<IPodRuntime>(builder.Services, watch);
            Watch<ITill>(builder.Services, watch);
            builder.Services.AddSingleton<IStartupFilter>(new AnswerWatch(watch));
        });
        await app.RunAsync();
        return 0;
    }

    private static void Watch<T>(IServiceCollection services, StepWatch watch)
        where T : class
    {
        var own = services.Last(service => service.ServiceType == typeof(T));
        services.Remove(own);
        services.AddSingleton(
            provider => (T)WatchedPort.Over(typeof(T), own.ImplementationFactory!(provider), watch));
    }

    private sealed class AnswerWatch(StepWatch watch) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, then) =>
            {
                var isSale = context.Request.Path == "/pods" && !HttpMethods.IsGet(context.Request.Method);
                context.Response.OnStarting(() =>
                {
                    if (isSale && context.Response.StatusCode == StatusCodes.Status200OK)
                        watch.Reach("Answer.Sold", isAfter: false);
                    return Task.CompletedTask;
                });
                await then(context);
            });
            next(app);
        };
    }
}
