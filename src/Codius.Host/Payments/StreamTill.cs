using System.Collections.Concurrent;
using Codius.Core.Ledger;
using Codius.Host.Secrets;
using Codius.Host.Uplink;
using Interledger;
using Interledger.Addresses;
using Interledger.Links;
using Interledger.Stream;

namespace Codius.Host.Payments;

/// <summary>
/// Takes money by STREAM (RFC 0029). Addresses and secrets derive from the host's key, so that nothing is remembered of
/// a payer before his first valid packet; from then on his connections, of which there may be several, are found by
/// their tag.
/// </summary>
internal sealed partial class StreamTill(
    HostKey key, Acceptances acceptances, TimeProvider time, ILogger<StreamTill> log)
    : ITill, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Escrow> _asking = new();
    private readonly ConcurrentDictionary<string, bool> _protected = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<StreamConnection>> _connections = [];

    // Those whose money came before the request that it is for.
    private readonly Dictionary<StreamConnection, TaskCompletionSource> _early = [];
    private volatile StreamServer? _server;

    /// <summary>Whether money can come in now; while it cannot, nothing is sold.</summary>
    public bool IsAvailable { get; set; }

    public Asset? Asset =>
        IsAvailable && _server is { } server ? server.Asset.ToAsset() : null;

    /// <summary>Whether money comes in at this address and in this asset.</summary>
    public bool IsAt(IlpAddress address, AssetDetails asset) =>
        _server is { } server && server.Address == address && server.Asset == asset;

    public PayInstruction Instruct(string tag)
    {
        var server = _server ?? throw new InvalidOperationException("There is no uplink to be paid over.");
        var credentials = server.CreateCredentials(tag);
        return new PayInstruction(credentials.Address.Value, Convert.ToBase64String(credentials.SharedSecret.Span));
    }

    public bool IsConnected(string tag)
    {
        lock (_lock)
            return _connections.ContainsKey(tag);
    }

    public IDisposable Ask(string tag, Escrow escrow)
    {
        if (!_asking.TryAdd(tag, escrow))
            throw new InvalidOperationException("This tag is asked for money already.");
        foreach (var connection in ConnectionsOf(tag))
        {
            // The answer to money that is there already tells what is asked for.
            if (!TryEndWait(connection))
                AskOn(connection, escrow);
        }

        return new Registration(() => _asking.TryRemove(tag, out _));
    }

    public IDisposable Protect(string tag)
    {
        _protected[tag] = true;
        foreach (var connection in ConnectionsOf(tag))
            SetProtection(connection, isProtected: true);
        return new Registration(() =>
        {
            _protected.TryRemove(tag, out _);
            foreach (var connection in ConnectionsOf(tag))
            {
                SetProtection(connection, isProtected: false);
                TryEndWait(connection);
            }
        });
    }

    /// <summary>Begins to take money at an address of a link, in its asset.</summary>
    public async Task OpenAsync(IIlpLink link, IlpAddress address, AssetDetails asset)
    {
        await CloseAsync();
        var options = new StreamServerOptions { Address = address, Asset = asset, Secret = key.Derive("stream") };
        var server = new StreamServer(new WitnessedLink(link, acceptances), options, time);
        server.OnConnection(OnConnection);
        server.Listen();
        _server = server;
        LogOpen(log, address.Value, asset.ToString());
    }

    /// <summary>Takes no more: the link or the account it had is gone.</summary>
    public async Task CloseAsync()
    {
        if (_server is not { } server)
            return;
        _server = null;
        await server.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private List<StreamConnection> ConnectionsOf(string tag)
    {
        lock (_lock)
            return [.. _connections.GetValueOrDefault(tag) ?? []];
    }

    [LoggerMessage(LogLevel.Information, "Payments come in at {Address} in {Asset}")]
    private static partial void LogOpen(ILogger log, string address, string asset);

    private sealed class Registration(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
