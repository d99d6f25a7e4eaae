using Codius.Host.Tests;

namespace Codius.Conformance;

/// <summary>A host to which all recordings have been replayed, once and in their order.</summary>
public sealed class ReplayedHost : IAsyncLifetime
{
    private readonly Dictionary<string, ReplayedRecording> _replayed = new(StringComparer.Ordinal);
    private RunningHost? _host;

    public ReplayedRecording this[string name] => _replayed[name];

    public async ValueTask InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        var replay = new Replay(_host.Http, payer: null);
        foreach (var recording in Recording.All)
            _replayed[recording.Name] = await replay.RunAsync(recording);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }
}
