using System.Text;
using Codius.Host.Uplink;
using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;

namespace Codius.Host.PodAccounts;

/// <summary>
/// The host's one account with Interledger, shared by its till and its pods: what is addressed below <c>pods</c> is for
/// the connector that the pods' accounts are with, everything else for the till.
/// </summary>
internal sealed class UplinkShare
{
    /// <summary>The connector's part of its address.</summary>
    public const string Segment = "pods";

    private readonly IUplink _uplink;
    private readonly End _till;
    private readonly End _pods;
    private volatile InMemoryLink? _fromTill;
    private volatile Prefix _prefix = new("", []);

    public UplinkShare(IUplink uplink)
    {
        _uplink = uplink;
        (_till, _pods) = (new End(uplink.Link, SendFromTillAsync), new End(uplink.Link, uplink.Link.SendAsync));
        uplink.Link.OnPrepare((prepare, token) => (IsForPods(prepare) ? _pods : _till).ReceiveAsync(prepare, token));
    }

    /// <summary>What the till sends and receives over.</summary>
    public IIlpLink Till => _till;

    /// <summary>What the pods' connector sends and receives over.</summary>
    public IIlpLink Pods => _pods;

    /// <summary>The connector's way to the till of this host, so that pods can pay it as well.</summary>
    public IIlpLink OpenWayToTill(TimeProvider time)
    {
        var (connectors, tills) = InMemoryLink.CreatePair(time);
        tills.OnPrepare(_till.ReceiveAsync);
        _fromTill = tills;
        return connectors;
    }

    private ValueTask<IlpReply> SendFromTillAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
        _fromTill is { } way && IsForPods(prepare)
            ? way.SendAsync(prepare, cancellationToken)
            : _uplink.Link.SendAsync(prepare, cancellationToken);

    private bool IsForPods(IlpPrepare prepare)
    {
        var address = _uplink.Address;
        if (address.IsEmpty)
            return false;
        var prefix = _prefix;
        if (!ReferenceEquals(prefix.Address, address.Value))
            _prefix = prefix = new Prefix(address.Value, Encoding.ASCII.GetBytes($"{address.Value}.{Segment}."));
        return prepare.DestinationAscii.StartsWith(prefix.Bytes);
    }

    private sealed record Prefix(string Address, byte[] Bytes);

    private sealed class End(IIlpLink shared, IlpHandler send) : IIlpLink
    {
        private volatile IlpHandler? _handler;

        public bool IsConnected => shared.IsConnected;

        public ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
            send(prepare, cancellationToken);

        public void OnPrepare(IlpHandler handler) => _handler = handler;

        public ValueTask<IlpReply> ReceiveAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
            _handler?.Invoke(prepare, cancellationToken)
            ?? ValueTask.FromResult(IlpReply.Reject(IlpErrorCode.PeerUnreachable, message: "nobody answers here yet"));

        // The link is the uplink's.
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
