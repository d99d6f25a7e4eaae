using Codius.Host.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Codius.Host.Hosting;

/// <summary>The web application before any feature is added: sources of settings, listeners, log, shutdown.</summary>
public static class BareHost
{
    /// <summary>Longer than requests are waited for, so that everything behind them can end in order.</summary>
    private static readonly TimeSpan Shutdown = LimitOptions.LongestDrain + TimeSpan.FromSeconds(20);

    public static WebApplicationBuilder Create(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(Program).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            // Nothing here depends on it, and in "Development" the framework would show stack traces to strangers.
            EnvironmentName = Environments.Production,
        });
        builder.Configuration.AddCodiusSources(args);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IConfigureOptions<KestrelServerOptions>, Listeners>();
        builder.Services.AddHostedService<Announcement>();
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = Shutdown);
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.FormatterName = LineFormatter.FormatterName);
        builder.Logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A stranger can cause any number of these; the ingress logs its own at debug level.
        builder.Logging.AddFilter("Yarp", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        return builder;
    }
}
