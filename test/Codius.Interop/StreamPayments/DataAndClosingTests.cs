using System.Text;
using Codius.Testing.Peers;
using Interledger.Addresses;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Codius.Interop.StreamPayments;

/// <summary>Flow control, and the end of connections, with ilp-protocol-stream over moneyd.</summary>
public sealed class DataAndClosingTests
{
    private const int Characters = 200_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Releases => [.. StreamRelease.All.Select(release => release.Version)];

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Much_data_goes_from_a_JavaScript_client_to_our_server_and_back(string release)
    {
        await using var moneyd = await Moneyd.StartAsync(new MoneydOptions { PacketsAMinute = 100_000 });
        await using var uplink = await Uplink.ConnectAsync(moneyd, "receiver");
        await using var server = uplink.Serve(
            static connection => connection.OnStream(static stream => _ = EchoAsync(stream)));
        var credentials = server.CreateCredentials();
        var result = await StreamClientPeer.PayAsync(
            StreamRelease.Of(release),
            new StreamPayment(moneyd.UrlWith("sender"), credentials.Address.Value, credentials.SharedSecret.ToArray())
            {
                DataBytes = Characters,
                ExpectedBytes = Characters,
            });
        result.Data.ShouldBe(new string('x', Characters));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Much_data_goes_from_our_client_to_a_JavaScript_server_and_back(string release)
    {
        await using var moneyd = await Moneyd.StartAsync(new MoneydOptions { PacketsAMinute = 100_000 });
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Of(release), moneyd.UrlWith("receiver"), receiveMax: 0, echo: true);
        await using var uplink = await Uplink.ConnectAsync(moneyd, "sender");
        await using var client = uplink.Client();
        var stream = client.Connect(CredentialsOf(server)).OpenStream();
        var text = string.Concat(Enumerable.Range(0, Characters / 10).Select(i => $"{i:d10}"));
        var reading = ReadAsync(stream, Characters);
        (await stream.WriteAsync(Encoding.ASCII.GetBytes(text))).ShouldBeTrue();
        (await reading.WaitAsync(Patience)).ShouldBe(text);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task A_JavaScript_server_comes_to_rest_when_our_client_closes_with_streams_open(string release)
    {
        await using var moneyd = await Moneyd.StartAsync();
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Of(release), moneyd.UrlWith("receiver"), receiveMax: 1000, sendBack: 500, echo: true);
        await using var uplink = await Uplink.ConnectAsync(moneyd, "sender");
        await using var client = uplink.Client();
        var connection = client.Connect(CredentialsOf(server));
        var stream = connection.OpenStream();
        stream.SetSendMax(1000);
        (await stream.WaitForSentAsync(1000).WaitAsync(Patience)).ShouldBeTrue();
        await connection.CloseAsync().WaitAsync(Patience);
        var closed = await server.Events.NextAsync("connection-closed", TimeSpan.FromSeconds(20));
        closed.GetProperty("totalReceived").GetString().ShouldBe("1000");
    }

    private static StreamCredentials CredentialsOf(StreamServerPeer server) =>
        new(IlpAddress.Parse(server.Address), server.SharedSecret);

    private static async Task EchoAsync(MoneyStream stream)
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer) is > 0 and var count)
            await stream.WriteAsync(buffer.AsMemory(0, count));
    }

    private static async Task<string> ReadAsync(MoneyStream stream, int length)
    {
        var text = new byte[length];
        var at = 0;
        while (at < length && await stream.ReadAsync(text.AsMemory(at)) is > 0 and var count)
            at += count;
        return Encoding.ASCII.GetString(text, 0, at);
    }
}
