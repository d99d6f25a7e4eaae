using Microsoft.Extensions.Hosting;

namespace Interledger.Connector.Listeners;

/// <summary>Whoever started a listener stops it; it does not heed the signals of the process by itself.</summary>
internal sealed class OwnersLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
