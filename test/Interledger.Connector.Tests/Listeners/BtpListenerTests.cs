using System.Net;
using System.Net.Sockets;
using Codius.Testing.Processes;
using Interledger.Btp;
using Interledger.Connector.Listeners;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Listeners;

/// <summary>A BTP port whose clients are known by where they come from.</summary>
public sealed class BtpListenerTests
{
    private static readonly IPAddress Known = IPAddress.Parse("127.0.0.1");
    private static readonly IPAddress Stranger = IPAddress.Parse("127.0.0.2");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_connects_is_known_by_the_address_that_he_comes_from()
    {
        var link = new BtpServerLink();
        await using var listener = await ListenAsync(new BtpListenerOptions { Port = 0 }, link);
        BtpUrl.TryParse($"btp+ws://:any@127.0.0.1:{listener.Port}", out var url, out _).ShouldBeTrue();
        await using var client = new BtpClient(url!);
        (await client.ConnectAsync(Stop)).State.ShouldBe(BtpClientState.Connected);
        link.ConnectionCount.ShouldBe(1);
        (await StatusAsync(listener, Known)).ShouldBe(HttpStatusCode.UpgradeRequired);
        (await StatusAsync(listener, Stranger)).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task An_address_has_no_more_connections_than_it_may_and_others_are_not_hindered()
    {
        var options = new BtpListenerOptions { Port = 0, MaxConnectionsPerAddress = 2 };
        await using var listener = await ListenAsync(options, new BtpServerLink());
        using var first = await ConnectAsync(listener, Known);
        using var second = await ConnectAsync(listener, Known);
        (await IsCutOffAsync(listener)).ShouldBeTrue();
        (await StatusAsync(listener, Stranger)).ShouldBe(HttpStatusCode.Forbidden);
        first.Dispose();
        await WaitUntilServedAsync(listener);
    }

    [Fact]
    public async Task It_can_listen_at_an_address_that_the_machine_does_not_have_yet()
    {
        var options = new BtpListenerOptions { Address = IPAddress.Parse("192.0.2.77"), Port = 0, BindsAhead = true };
        await using var listener = await ListenAsync(options, new BtpServerLink());
        listener.Port.ShouldBeGreaterThan(0);
    }

    private static Task<BtpListener> ListenAsync(BtpListenerOptions options, BtpServerLink link)
    {
        var server = new BtpServer((_, _) => ValueTask.FromResult<BtpServerLink?>(link));
        return BtpListener.StartAsync(
            from => from.Equals(Known) ? server : null, options, cancellationToken: Stop);
    }

    private static async Task<Socket> ConnectAsync(BtpListener listener, IPAddress from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(IPAddress.Loopback, listener.Port, Stop);
        return socket;
    }

    private static async Task<HttpStatusCode> StatusAsync(BtpListener listener, IPAddress from)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, _) => new NetworkStream(await ConnectAsync(listener, from), ownsSocket: true),
        });
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{listener.Port}/"), Stop);
        return answer.StatusCode;
    }

    // One that has gone makes room as soon as its end has been noticed.
    private static async Task WaitUntilServedAsync(BtpListener listener)
    {
        await Deadline.UntilAsync(
            async () =>
            {
                try
                {
                    return await StatusAsync(listener, Known) == HttpStatusCode.UpgradeRequired;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "whoever is known is served again");
    }

    private static async Task<bool> IsCutOffAsync(BtpListener listener)
    {
        try
        {
            using var socket = await ConnectAsync(listener, Known);
            return await socket.ReceiveAsync(new byte[1], Stop) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
