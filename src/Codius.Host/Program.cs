using Codius.Host.Configuration;
using Codius.Host.Doctor;
using Codius.Host.Errors;
using Codius.Host.Hosting;
using Codius.Host.Info;
using Codius.Host.Ingress;
using Codius.Host.Ledger;
using Codius.Host.Payments;
using Codius.Host.PodAccounts;
using Codius.Host.Pods;
using Codius.Host.Runtime;
using Codius.Host.Uplink;
using Microsoft.Extensions.Options;

namespace Codius.Host;

/// <summary>codiusd: what it is made of, in the order in which a request meets it.</summary>
public static class Program
{
    public static async Task<int> Main(string[] args)
    {
        try
        {
            if (args is [LedgerCommand.Ledger or LedgerCommand.Backup, ..])
                return await LedgerCommand.RunAsync(args, Console.Out, CancellationToken.None);
            if (args is [DoctorCommand.Command, ..])
                return await DoctorCommand.RunAsync(args[1..], Console.Out, CancellationToken.None);
            var removal = args is [PodRemoval.Command, ..];
            await using var app = Create(removal ? args[1..] : args);
            if (removal)
                return await PodRemoval.RunAsync(app.Services, CancellationToken.None);
            using var ended = new CancellationTokenSource();
            var memory = IdleMemory.KeepLowAsync(TimeProvider.System, ended.Token);
            await app.RunAsync();
            await ended.CancelAsync();
            await memory;
            return 0;
        }
        catch (Exception e) when (StartupFailure.TryDescribe(e, out var line))
        {
            await Console.Error.WriteLineAsync(line);
            return StartupFailure.ExitCode;
        }
    }

    /// <summary>The whole host, not yet started. <paramref name="configure"/> comes last and wins.</summary>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = BareHost.Create(args);
        builder.Services
            .AddHostOptions()
            .AddErrors()
            .AddRuntime()
            .AddUplink()
            .AddPodAccounts()
            .AddPayments()
            .AddPods()
            .AddInfo()
            .AddIngress();
        configure?.Invoke(builder);

        var app = builder.Build();
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        app.UseErrors();
        app.UseMiddleware<AmbiguousFraming>();
        app.UseIngress();
        app.UseRouting();
        app.MapPods();
        app.MapPodAccounts();
        app.MapInfo();
        return app;
    }
}
