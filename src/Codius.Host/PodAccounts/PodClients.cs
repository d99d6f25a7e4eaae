using System.Security.Cryptography;
using System.Text;
using Interledger;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Ildcp;
using Interledger.Links;
using Interledger.Packets;

namespace Codius.Host.PodAccounts;

/// <summary>
/// The programs of one pod, which share its account. Each is known by the secret that it gives, mostly one that its
/// plugin has drawn, and has an address of its own below the pod's, so that what is sent to one does not arrive at
/// another.
/// </summary>
internal sealed class PodClients(TimeProvider time) : IIlpLink
{
    private const int MostClients = 16;
    private const int ConnectionsOfOne = 4;
    private const int NameLength = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, BtpServerLink> _links = [];
    private volatile BtpServerLink? _newest;
    private volatile IlpHandler? _handler;
    private volatile Place? _place;
    private bool _isClosed;

    public bool IsConnected => _newest is not null;

    /// <summary>What the connector has given to the pod.</summary>
    public void Settle(IlpAddress address, AssetDetails asset, IlpAddress connector) =>
        _place = new Place(address, asset, connector, Encoding.ASCII.GetBytes(address.Value + "."));

    /// <summary>A server that lets every program of the pod in.</summary>
    public BtpServer CreateServer() =>
        new((credentials, _) => ValueTask.FromResult(FindOrAdd(credentials.Token.Span)), time: time);

    public void OnPrepare(IlpHandler handler) => _handler = handler;

    public ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
        Find(prepare) is { } link
            ? link.SendAsync(prepare, cancellationToken)
            : ValueTask.FromResult(NotConnected());

    public async ValueTask DisposeAsync()
    {
        BtpServerLink[] links;
        lock (_lock)
        {
            _isClosed = true;
            links = [.. _links.Values];
        }

        foreach (var link in links)
            await link.DisposeAsync();
    }

    private BtpServerLink? FindOrAdd(ReadOnlySpan<byte> secret)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(secret).AsSpan(0, NameLength));
        lock (_lock)
        {
            if (_isClosed)
                return null;
            if (!_links.TryGetValue(name, out var link))
            {
                if (_links.Count >= MostClients && !TryForgetOne())
                    return null;
                link = new BtpServerLink(ConnectionsOfOne);
                link.OnPrepare((prepare, token) => ReceiveAsync(name, prepare, token));
                _links.Add(name, link);
            }

            return _newest = link;
        }
    }

    private bool TryForgetOne() =>
        _links.FirstOrDefault(pair => !pair.Value.IsConnected).Key is { } gone && _links.Remove(gone);

    // What is for no program in particular is for the one that came last.
    private BtpServerLink? Find(IlpPrepare prepare)
    {
        if (_place is { } place && prepare.DestinationAscii.StartsWith(place.Prefix))
        {
            var rest = prepare.DestinationAscii[place.Prefix.Length..];
            var end = rest.IndexOf((byte)'.');
            var name = Encoding.ASCII.GetString(end < 0 ? rest : rest[..end]);
            lock (_lock)
            {
                if (_links.TryGetValue(name, out var link))
                    return link;
            }
        }

        return _newest;
    }

    private async ValueTask<IlpReply> ReceiveAsync(string name, IlpPrepare prepare, CancellationToken cancellationToken)
    {
        if (_handler is not { } handler || _place is not { } place)
            return NotConnected();
        var reply = await handler(prepare, cancellationToken);
        return reply.IsFulfill && prepare.DestinationAscii.SequenceEqual("peer.config"u8)
            ? IldcpRequest.Answer(prepare, new IldcpInfo(place.Address.Append(name), place.Asset), place.Connector)
            : reply;
    }

    private static IlpReply NotConnected() =>
        IlpReply.Reject(IlpErrorCode.PeerUnreachable, message: "no program of the pod is connected");

    private sealed record Place(IlpAddress Address, AssetDetails Asset, IlpAddress Connector, byte[] Prefix);
}
