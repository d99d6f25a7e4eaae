using System.Security.Cryptography;
using Codius.Testing.Peers;
using Interledger;
using Interledger.Btp;
using Interledger.Ildcp;
using Interledger.Stream;
using Shouldly;

namespace Codius.Interop.StreamPayments;

/// <summary>Our own end of an account at moneyd: a link, with the address and asset that moneyd told.</summary>
internal sealed class Uplink : IAsyncDisposable
{
    private readonly BtpClient _link;
    private readonly IldcpInfo _info;

    private Uplink(BtpClient link, IldcpInfo info) => (_link, _info) = (link, info);

    public static async Task<Uplink> ConnectAsync(Moneyd moneyd, string account)
    {
        BtpUrl.TryParse(moneyd.UrlWith(account), out var url, out _).ShouldBeTrue();
        var link = new BtpClient(url!);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await link.WaitUntilConnectedAsync(patience.Token);
        var result = await new IldcpClient().FetchAsync(link, patience.Token);
        return new Uplink(link, result.Info.ShouldNotBeNull(result.Problem ?? ""));
    }

    public AssetDetails Asset => _info.Asset;

    public StreamServer Serve(Action<StreamConnection> onConnection, StreamOptions? options = null)
    {
        var server = new StreamServer(_link, new StreamServerOptions
        {
            Address = _info.ClientAddress,
            Asset = _info.Asset,
            Secret = RandomNumberGenerator.GetBytes(32),
            Connection = options ?? new StreamOptions(),
        });
        server.OnConnection(onConnection);
        server.Listen();
        return server;
    }

    public StreamClient Client(StreamOptions? options = null)
    {
        var client = new StreamClient(_link, new StreamClientOptions
        {
            Address = _info.ClientAddress,
            Asset = _info.Asset,
            Connection = options ?? new StreamOptions(),
        });
        client.Listen();
        return client;
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();
}
