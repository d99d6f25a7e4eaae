using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Interledger.Addresses;
using Interledger.Connector.Accounts;
using Interledger.Connector.PeerProtocols;
using Interledger.Ildcp;
using Interledger.Packets;
using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Routes.Ccp;

/// <summary>
/// Learns routes from neighbours and tells them ours, by the protocol of ilp-protocol-ccp: a connector asks for routes
/// (<c>peer.route.control</c>) and is then told all of them once, and later what changes, or at intervals that nothing
/// does (<c>peer.route.update</c>). Changes have epochs, so that a gap is seen and asked for; a neighbour that falls
/// silent is forgotten.
/// </summary>
public sealed partial class RouteBroadcaster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly RouteTable _routes;
    private readonly RouteBroadcastOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly Lock _lock = new();
    private readonly Dictionary<AccountState, Neighbour> _neighbours = [];
    private IlpAddress _own;
    private RouteLog _log = new();

    internal RouteBroadcaster(
        RouteTable routes, IlpAddress own, RouteBroadcastOptions options, TimeProvider time, ILogger logger)
    {
        (_routes, _options, _time, _logger) = (routes, options, time, logger);
        SetOwnAddress(own);
        routes.OnChange(Note);
        _running = RunAsync();
    }

    /// <summary>Stops telling and asking; routes that were learnt stay.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    internal void Add(AccountState account)
    {
        var isChild = account.Config.Relation == AccountRelation.Child;
        var receiver = account.Config.ReceiveRoutes ?? !isChild ? new CcpReceiver(account, _routes, _options) : null;
        var sender = account.Config.SendRoutes ?? !isChild ? new CcpSender(account, _options) : null;
        if (receiver is null && sender is null)
            return;
        lock (_lock)
            _neighbours[account] = new Neighbour(receiver, sender);
    }

    internal void Remove(AccountState account)
    {
        lock (_lock)
            _neighbours.Remove(account);
    }

    /// <summary>Begins a new table under another address; what was learnt stays.</summary>
    internal void SetOwnAddress(IlpAddress own)
    {
        lock (_lock)
        {
            (_own, _log) = (own, new RouteLog());
            foreach (var neighbour in _neighbours.Values)
                neighbour.Sender?.Restart();
            if (own.IsEmpty)
                return;
            _log.Note(own.Value, new ToldRoute(null, [], Vouch(own.Value)));
            foreach (var route in _routes.Routes)
                Note(route.Prefix);
        }
    }

    /// <summary>Answers a packet to <c>peer.route.control</c> or <c>peer.route.update</c>.</summary>
    internal IlpReply? Answer(AccountState from, IlpPrepare packet)
    {
        var isControl = packet.DestinationAscii.SequenceEqual("peer.route.control"u8);
        lock (_lock)
        {
            if (!_neighbours.TryGetValue(from, out var neighbour))
                return null;
            if (isControl)
                return neighbour.Sender is { } sender ? AnswerControl(from, packet, sender) : null;
            return neighbour.Receiver is { } receiver ? AnswerUpdate(from, packet, neighbour, receiver) : null;
        }
    }

    private IlpReply AnswerControl(AccountState from, IlpPrepare packet, CcpSender sender)
    {
        if (!CcpRouteControl.TryRead(packet.Data.Span, out var control))
            return Unreadable(from);
        sender.Handle(control, _log);
        return PeerProtocol.Done;
    }

    private IlpReply AnswerUpdate(AccountState from, IlpPrepare packet, Neighbour neighbour, CcpReceiver receiver)
    {
        if (!CcpRouteUpdate.TryRead(packet.Data.Span, out var update))
            return Unreadable(from);
        var now = _time.GetUtcNow();
        neighbour.AskAt = receiver.Handle(update!, _own, now) ? receiver.GoodUntil : now;
        return PeerProtocol.Done;
    }

    private IlpReply Unreadable(AccountState from)
    {
        LogUnreadable(from.Id);
        return IlpReply.Reject(IlpErrorCode.InvalidPacket, _own, "not a route packet");
    }

    // Reads the table again, so that it does not matter in which order two changes are noted.
    private void Note(string prefix)
    {
        lock (_lock)
            _log.Note(prefix, _routes.TryGet(prefix, out var route) && IsTold(prefix) ? Tell(route) : null);
    }

    // What is under our own address is reached by that; and no neighbour takes a route for a whole allocation scheme.
    private bool IsTold(string prefix) =>
        IlpAddress.TryParse(prefix, out var address) && !_own.IsEmpty && !_own.IsPrefixOf(address)
        && _own.Value.StartsWith(prefix[..(prefix.IndexOf('.') + 1)], StringComparison.Ordinal);

    private ToldRoute Tell(Route route) =>
        new(route.Account, route.Path, route.Auth.IsEmpty ? Vouch(route.Prefix) : route.Auth);

    private byte[] Vouch(string prefix) => HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(prefix));

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_options.Pause, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                Tick();
        }
        catch (OperationCanceledException)
        {
            // It is being disposed of.
        }
    }

    private void Tick()
    {
        lock (_lock)
        {
            foreach (var (account, neighbour) in _neighbours)
                Tick(account, neighbour, _time.GetUtcNow());
        }
    }

    private void Tick(AccountState account, Neighbour neighbour, DateTimeOffset now)
    {
        var isConnected = account.Link.IsConnected;
        if (isConnected && !neighbour.WasConnected)
            (neighbour.AskAt, neighbour.Refusals) = (default, 0);
        if (!isConnected && neighbour.WasConnected)
            neighbour.Sender?.Stop();
        neighbour.WasConnected = isConnected;
        if (neighbour.Receiver is { } receiver)
        {
            if (now >= receiver.GoodUntil && receiver.Forget())
            {
                LogExpired(account.Id);
                neighbour.AskAt = now;
            }

            if (isConnected && !neighbour.IsAsking && now >= neighbour.AskAt)
                _ = AskAsync(account, neighbour, receiver, now);
        }

        if (isConnected && !neighbour.IsTelling && !_own.IsEmpty && neighbour.Sender?.Next(_log, _own, now) is { } update)
            _ = TellAsync(account, neighbour, update);
    }

    private async Task AskAsync(AccountState account, Neighbour neighbour, CcpReceiver receiver, DateTimeOffset now)
    {
        neighbour.IsAsking = true;
        neighbour.AskAt = now + _options.HoldDown;
        var data = new ArrayBufferWriter<byte>();
        receiver.Request.Write(data);
        var reply = await SendAsync(account, "peer.route.control", data.WrittenMemory);
        lock (_lock)
        {
            neighbour.IsAsking = false;
            neighbour.Refusals = reply.IsFulfill ? 0 : neighbour.Refusals + 1;
            if (!reply.IsFulfill)
                neighbour.AskAt = _time.GetUtcNow() + neighbour.Backoff(_options);
        }

        if (!reply.IsFulfill)
            LogNotAsked(account.Id, reply.Code.ToString());
    }

    private async Task TellAsync(AccountState account, Neighbour neighbour, CcpRouteUpdate update)
    {
        neighbour.IsTelling = true;
        var data = new ArrayBufferWriter<byte>();
        update.Write(data);
        var reply = await SendAsync(account, "peer.route.update", data.WrittenMemory);
        lock (_lock)
        {
            neighbour.IsTelling = false;
            if (!reply.IsFulfill)
                neighbour.Sender?.Refused(update, _log, _time.GetUtcNow());
        }

        if (!reply.IsFulfill)
            LogNotTold(account.Id, reply.Code.ToString());
    }

    // Never on the thread of the caller, who holds the lock.
    private async Task<IlpReply> SendAsync(AccountState account, string destination, ReadOnlyMemory<byte> data)
    {
        await Task.Yield();
        var packet = IlpPrepare.Create(
            0, _time.GetUtcNow() + Patience, IldcpRequest.Condition, IlpAddress.Parse(destination), data.Span);
        return await account.Link.SendAsync(packet, CancellationToken.None);
    }

    private sealed class Neighbour(CcpReceiver? receiver, CcpSender? sender)
    {
        public CcpReceiver? Receiver { get; } = receiver;

        public CcpSender? Sender { get; } = sender;

        public DateTimeOffset AskAt { get; set; }

        public bool WasConnected { get; set; }

        public bool IsAsking { get; set; }

        public bool IsTelling { get; set; }

        public int Refusals { get; set; }

        public TimeSpan Backoff(RouteBroadcastOptions options)
        {
            var pause = options.Retry * Math.Pow(2, Math.Min(Refusals - 1, 16));
            return pause < options.MaxHoldDown ? pause : options.MaxHoldDown;
        }
    }
}
