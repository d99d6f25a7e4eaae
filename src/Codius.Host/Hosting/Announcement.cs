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
    IHostApplicationLifetime lifetime,
    ILogger<Announcement> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
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

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping: requests under way are finished first")]
    private partial void LogStopping();
}
