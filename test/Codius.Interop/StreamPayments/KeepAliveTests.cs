using Codius.Testing.Peers;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Codius.Interop.StreamPayments;

/// <summary>JavaScript clients give up after 60 seconds without a packet.</summary>
public sealed class KeepAliveTests
{
    [Fact]
    public async Task A_JavaScript_client_waits_for_longer_than_a_minute_when_it_is_kept_alive()
    {
        await using var moneyd = await Moneyd.StartAsync();
        await using var uplink = await Uplink.ConnectAsync(moneyd, "receiver");
        var opened = new TaskCompletionSource<MoneyStream>();
        await using var server = uplink.Serve(connection =>
        {
            connection.KeepAlive = TimeSpan.FromSeconds(20);
            connection.OnStream(opened.SetResult);
        });
        var credentials = server.CreateCredentials();
        var paying = StreamClientPeer.PayAsync(
            StreamRelease.Classic,
            new StreamPayment(moneyd.UrlWith("sender"), credentials.Address.Value, credentials.SharedSecret.ToArray())
            {
                Amount = 1000,
                Timeout = TimeSpan.FromSeconds(90),
            });
        var stream = await opened.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await Task.Delay(TimeSpan.FromSeconds(66));
        stream.SetReceiveMax(1000);
        (await paying).TotalDelivered.ShouldBe(1000UL);
    }
}
