using System.Security.Cryptography;
using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Interledger;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Ildcp;
using Interledger.Packets;
using Shouldly;
using Xunit;

namespace Codius.Interop.Links;

/// <summary>Our BTP client against ilp-plugin-btp 1.5.0 and moneyd 4.3.0.</summary>
public sealed class BtpInteropTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Our_client_and_an_ilp_plugin_btp_server_send_each_other_packets()
    {
        await using var peer = await BtpPeer.ListenAsync("secret");
        await using var client = await ConnectAsync(peer.Url);
        client.OnPrepare((prepare, _) => ValueTask.FromResult(
            IlpReply.Fulfill(prepare.Data.Span[..32], prepare.Data.Span[32..])));

        var config = await new IldcpClient().FetchAsync(client, default);
        config.Info.ShouldBe(new IldcpInfo(IlpAddress.Parse("test.parent.child"), new AssetDetails("XRP", 9)));

        var data = RandomNumberGenerator.GetBytes(200);
        var reply = await client.SendAsync(Prepare("test.parent.x", data), default);
        reply.Fulfills(SHA256.HashData(data.AsSpan(0, 32))).ShouldBeTrue();
        reply.Data.ToArray().ShouldBe(data);

        await peer.PrepareAsync("test.parent.child", 7, data);
        var answer = await peer.Events.NextAsync("answer");
        answer.GetProperty("type").GetString().ShouldBe("ilp_fulfill");
        answer.GetProperty("data").GetBytesFromBase64().ShouldBe(data[32..]);
    }

    [Fact]
    public async Task Rejections_and_silence_of_ilp_plugin_btp_are_understood()
    {
        await using var peer = await BtpPeer.ListenAsync("secret");
        await using var client = await ConnectAsync(peer.Url);

        var rejected = await client.SendAsync(Prepare("test.parent.x", [.. "reject"u8, .. new byte[32]]), default);
        rejected.Code.ShouldBe(IlpErrorCode.ApplicationError);
        rejected.TriggeredBy.Value.ShouldBe("test.parent");
        rejected.Message.ShouldBe("as asked");

        var silence = await client.SendAsync(Prepare("test.parent.x", [.. "silence"u8, .. new byte[32]], 0.5), default);
        silence.Code.ShouldBe(IlpErrorCode.TransferTimedOut);
    }

    [Fact]
    public async Task An_ilp_plugin_btp_server_refuses_a_wrong_secret_and_we_say_so()
    {
        await using var peer = await BtpPeer.ListenAsync("secret");
        await using var client = new BtpClient(Url(peer.Url).WithToken("wrong"));
        client.Start();
        await Deadline.UntilAsync(
            () => Task.FromResult(client.Status.LastEnd?.Reason == BtpDisconnectReason.AuthenticationRefused),
            "the client is refused");
        client.Status.LastEnd!.Detail.ShouldContain("invalid auth_token");
        client.IsConnected.ShouldBeFalse();
    }

    [Fact]
    public async Task Our_client_comes_back_to_an_ilp_plugin_btp_server_that_was_started_again()
    {
        var port = FreePort.Next();
        var first = await BtpPeer.ListenAsync("secret", port: port);
        await using var client = await ConnectAsync(first.Url);
        await first.DisposeAsync();
        await Deadline.UntilAsync(() => Task.FromResult(!client.IsConnected), "the client sees the server go");

        await using var second = await BtpPeer.ListenAsync("secret", port: port);
        await client.WaitUntilConnectedAsync(default).WaitAsync(Patience);
        (await new IldcpClient().FetchAsync(client, default)).Problem.ShouldBeNull();
    }

    [Fact]
    public async Task Two_of_our_clients_reach_each_other_over_moneyd()
    {
        await using var moneyd = await Moneyd.StartAsync();
        await CheckMoneydAsync(moneyd.UrlWith("alice"), moneyd.UrlWith("bob"));
    }

    [Fact]
    public async Task Two_of_our_clients_reach_each_other_over_the_original_moneyd()
    {
        await using var moneyd = await OriginalMoneyd.StartAsync();
        await CheckMoneydAsync(
            $"btp+ws://:alice@127.0.0.1:{OriginalMoneyd.Port}", $"btp+ws://:bob@127.0.0.1:{OriginalMoneyd.Port}");
    }

    private static async Task CheckMoneydAsync(string aliceUrl, string bobUrl)
    {
        await using var alice = await ConnectAsync(aliceUrl);
        await using var bob = await ConnectAsync(bobUrl);
        bob.OnPrepare((prepare, _) => ValueTask.FromResult(IlpReply.Fulfill(prepare.Data.Span[..32])));

        var info = (await new IldcpClient().FetchAsync(bob, default)).Info.ShouldNotBeNull();
        info.Asset.ShouldBe(new AssetDetails("XRP", 9));
        var hash = Convert.ToBase64String(SHA256.HashData("bob"u8)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        info.ClientAddress.Value.ShouldEndWith($".{hash}");

        var data = RandomNumberGenerator.GetBytes(64);
        var reply = await alice.SendAsync(Prepare($"{info.ClientAddress}.invoice", data), default);
        reply.IsFulfill.ShouldBeTrue($"{reply.Code} {reply.Message}");
    }

    private static IlpPrepare Prepare(string destination, ReadOnlySpan<byte> data, double seconds = 20) =>
        IlpPrepare.Create(
            100,
            TimeProvider.System.GetUtcNow().AddSeconds(seconds),
            SHA256.HashData(data[..32]),
            IlpAddress.Parse(destination),
            data);

    private static BtpUrl Url(string text) =>
        BtpUrl.TryParse(text, out var url, out var problem) ? url : throw new FormatException(problem);

    private static async Task<BtpClient> ConnectAsync(string url)
    {
        var client = new BtpClient(Url(url));
        await client.WaitUntilConnectedAsync(default).WaitAsync(Patience);
        return client;
    }
}
