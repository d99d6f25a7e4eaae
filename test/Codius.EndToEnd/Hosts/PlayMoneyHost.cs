using Xunit;

namespace Codius.EndToEnd.Hosts;

/// <summary>One host with play money and runc for a class of tests that do not disturb each other.</summary>
public class PlayMoneyHost : IAsyncLifetime
{
    private CodiusHost? _host;

    internal CodiusHost Host => _host ?? throw new InvalidOperationException("The host does not run yet.");

    internal virtual HostSettings Settings => new();

    public async ValueTask InitializeAsync() => _host = await CodiusHost.StartAsync(Settings);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same, which waits neither long for pods nor for money.</summary>
public sealed class ImpatientHost : PlayMoneyHost
{
    internal override HostSettings Settings => new()
    {
        Others = new Dictionary<string, string>
        {
            ["Payments:HoldTimeout"] = "00:00:03",
            ["Payments:PayTimeout"] = "00:00:03",
        },
    };
}
