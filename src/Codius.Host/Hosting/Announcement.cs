using Codius.Host.Configuration;
using Codius.Host.Info;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Codius.Host.Hosting;

/// <summary>Tells the operator where the host is to be found, and which of his settings mean nothing to it.</summary>
public sealed partial class Announcement(
    IServer server,
    IOptions<HostOptions> options,
    IConfiguration configuration,
    IHostApplicationLifetime lifetime,
    ILogger<Announcement> logger) : IHostedService
{
    /// <summary>What the original's variables set that no feature here reads.</summary>
    private static readonly string[] WithoutEffect = ["Admin", "Peers", "SelfTest", "Store"];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var idle = configuration.GetSection(HostOptions.Section).GetChildren()
            .Where(section => WithoutEffect.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            .Select(section => section.Path)
            .ToList();
        if (idle.Count > 0)
            LogWithoutEffect(string.Join(", ", idle));
        lifetime.ApplicationStarted.Register(() => LogServing(
            InfoEndpoints.ProgramVersion,
            options.Value.PublicUri,
            string.Join(", ", server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])));
        lifetime.ApplicationStopping.Register(LogStopping);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "codiusd {Version} serves {Uri} at {Addresses}")]
    private partial void LogServing(string version, string uri, string addresses);

    [LoggerMessage(Level = LogLevel.Warning, Message = "These settings have no effect in this version: {Names}")]
    private partial void LogWithoutEffect(string names);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping: requests under way are finished first")]
    private partial void LogStopping();
}
