using System.Security.Cryptography;
using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Packets;
using Shouldly;
using Xunit;

namespace Codius.Interop.Btp;

/// <summary>Our BTP client and a listening ilp-plugin-btp.</summary>
public sealed class BtpClientTests
{
    [Fact]
    public async Task Packets_are_answered_in_both_directions()
    {
        await using var peer = await BtpPeer.ListenAsync("secret");
        await using var client = await ConnectAsync(peer.Url);
        client.OnPrepare((prepare, _) => ValueTask.FromResult(IlpReply.Fulfill(prepare.Data.Span[..32], prepare.Data.Span)));

        var data = RandomNumberGenerator.GetBytes(300);
        var reply = await client.SendAsync(Prepare(data), CancellationToken.None);
        reply.IsFulfill.ShouldBeTrue();
        reply.Data.ToArray().ShouldBe(data);

        await peer.PrepareAsync("test.parent.child", 7, data);
        var answer = await peer.Events.NextAsync("answer");
        answer.GetProperty("type").GetString().ShouldBe("ilp_fulfill");
        answer.GetProperty("data").GetBytesFromBase64().ShouldBe(data);
    }

    [Fact]
    public async Task Rejects_keep_their_code_message_and_data()
    {
        await using var peer = await BtpPeer.ListenAsync("secret");
        await using var client = await ConnectAsync(peer.Url);
        var data = "reject this"u8.ToArray();
        var reply = await client.SendAsync(Prepare(data), CancellationToken.None);
        reply.Code.ToString().ShouldStartWith("F99");
        reply.Message.ShouldBe("as asked");
        reply.Data.ToArray().ShouldBe(data);
        reply.TriggeredBy.Value.ShouldBe("test.parent");
    }

    [Fact]
    public async Task A_peer_that_never_answers_costs_no_more_than_the_packets_time()
    {
        await using var peer = await BtpPeer.ListenAsync("secret");
        await using var client = await ConnectAsync(peer.Url);
        var reply = await client.SendAsync(
            Prepare("silence, please"u8.ToArray(), TimeSpan.FromSeconds(1)), CancellationToken.None)
            .AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        reply.Code.ToString().ShouldStartWith("R00");
    }

    [Fact]
    public async Task A_hundred_packets_at_once_are_each_answered_with_their_own_data()
    {
        await using var peer = await BtpPeer.ListenAsync("secret");
        await using var client = await ConnectAsync(peer.Url);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            var data = RandomNumberGenerator.GetBytes(1000);
            var reply = await client.SendAsync(Prepare(data), CancellationToken.None);
            reply.Data.ToArray().ShouldBe(data);
        }));
    }

    [Fact]
    public async Task A_peer_that_was_restarted_is_found_again()
    {
        var port = FreePort.Next();
        var first = await BtpPeer.ListenAsync("secret", port: port);
        await using var client = await ConnectAsync(first.Url);
        await first.DisposeAsync();
        await Deadline.UntilAsync(() => Task.FromResult(!client.IsConnected), "the loss is noticed");
        await using var second = await BtpPeer.ListenAsync("secret", port: port);
        await client.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        (await client.SendAsync(Prepare(new byte[32]), CancellationToken.None)).IsFulfill.ShouldBeTrue();
    }

    [Fact]
    public async Task A_wrong_secret_is_refused()
    {
        await using var peer = await BtpPeer.ListenAsync("secret");
        BtpUrl.TryParse(peer.Url, out var url, out _).ShouldBeTrue();
        await using var client = new BtpClient(url!.WithToken("guess"));
        var status = await client.ConnectAsync(CancellationToken.None);
        status.LastEnd!.Reason.ShouldBe(BtpDisconnectReason.AuthenticationRefused);
    }

    private static IlpPrepare Prepare(byte[] data, TimeSpan? lifetime = null) => IlpPrepare.Create(
        12,
        DateTimeOffset.UtcNow + (lifetime ?? TimeSpan.FromSeconds(10)),
        SHA256.HashData(data.AsSpan(0, Math.Min(32, data.Length))),
        IlpAddress.Parse("test.parent.someone"),
        data);

    private static async Task<BtpClient> ConnectAsync(string btpUrl)
    {
        BtpUrl.TryParse(btpUrl, out var url, out var problem).ShouldBeTrue(problem);
        var client = new BtpClient(url!);
        var status = await client.ConnectAsync(CancellationToken.None);
        status.State.ShouldBe(BtpClientState.Connected, status.LastEnd?.ToString());
        return client;
    }
}
