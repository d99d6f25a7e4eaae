using Xunit;

namespace Codius.EndToEnd.Hosts;

/// <summary>One host with play money and runc for a class of tests that do not disturb each other.</summary>
public sealed class PlayMoneyHost : IAsyncLifetime
{
    private CodiusHost? _host;

    internal CodiusHost Host => _host ?? throw new InvalidOperationException("The host does not run yet.");

    public async ValueTask InitializeAsync() => _host = await CodiusHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }
}
