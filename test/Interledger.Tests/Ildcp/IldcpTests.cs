using Interledger.Addresses;
using Interledger.Ildcp;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Tests.Fixtures;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Ildcp;

public sealed class IldcpTests
{
    private static readonly IldcpInfo Info = new(IlpAddress.Parse("test.parent.child"), new AssetDetails("XRP", 9));

    [Fact]
    public void A_request_is_written_as_ilp_protocol_ildcp_does()
    {
        var expiresAt = new DateTimeOffset(2015, 6, 16, 0, 1, 0, TimeSpan.Zero);
        IldcpRequest.Create(expiresAt).Packet.ToArray().ShouldBe(Vectors.All["ildcp"].Hex("request"));
    }

    [Fact]
    public void Responses_are_read_and_written_as_ilp_protocol_ildcp_does()
    {
        foreach (var vector in Vectors.All["ildcp"]!["responses"]!.AsArray())
        {
            IlpReply.TryRead(vector.Hex("hex"), out var reply).ShouldBeTrue();
            IldcpInfo.TryRead(reply, out var info).ShouldBeTrue();
            info.ClientAddress.Value.ShouldBe(vector.Text("clientAddress"));
            info.Asset.ShouldBe(
                new AssetDetails(vector.Text("assetCode"), vector!["assetScale"]!.GetValue<byte>()));
            info.ToReply().Packet.ToArray().ShouldBe(vector.Hex("hex"));
        }
    }

    [Fact]
    public void A_response_with_another_fulfilment_or_half_its_data_is_none()
    {
        var whole = Info.ToReply();
        var another = IlpReply.Fulfill([.. Enumerable.Repeat((byte)1, 32)], whole.Data.Span);
        IldcpInfo.TryRead(another, out _).ShouldBeFalse();
        for (var length = 0; length < whole.Data.Length; length++)
        {
            var part = IlpReply.Fulfill(IldcpRequest.Fulfillment, whole.Data.Span[..length]);
            IldcpInfo.TryRead(part, out _).ShouldBeFalse();
        }
    }

    [Fact]
    public void Whatever_a_parent_answers_is_read_or_not_read_and_never_throws()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 50_000; i++)
        {
            var data = Info.ToReply().Data.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                data[random.Next(data.Length)] = (byte)random.Next(256);
            var reply = IlpReply.Fulfill(IldcpRequest.Fulfillment, data.AsSpan(0, random.Next(data.Length + 1)));
            Should.NotThrow(() => IldcpInfo.TryRead(reply, out _), $"seed {seed}");
        }
    }

    [Fact]
    public async Task A_child_learns_its_address_and_asset()
    {
        var (child, parent) = InMemoryLink.CreatePair();
        parent.OnPrepare((prepare, _) =>
        {
            IldcpRequest.IsRequest(prepare).ShouldBeTrue();
            return ValueTask.FromResult(IldcpRequest.Answer(prepare, Info, IlpAddress.Parse("test.parent")));
        });
        var result = await new IldcpClient().FetchAsync(child, default);
        result.Info.ShouldBe(Info);
        result.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task A_parent_that_is_busy_at_first_is_asked_again()
    {
        var (child, parent) = InMemoryLink.CreatePair();
        var asked = 0;
        parent.OnPrepare((prepare, _) => ValueTask.FromResult(++asked < 3
            ? IlpReply.Reject(IlpErrorCode.ConnectorBusy)
            : IldcpRequest.Answer(prepare, Info, default)));
        var client = new IldcpClient { Pause = TimeSpan.FromMilliseconds(1) };
        (await client.FetchAsync(child, default)).Info.ShouldBe(Info);
        asked.ShouldBe(3);
    }

    [Fact]
    public async Task A_parent_that_refuses_is_not_asked_again_and_its_words_are_told_in_one_line()
    {
        var (child, parent) = InMemoryLink.CreatePair();
        var asked = 0;
        parent.OnPrepare((_, _) =>
        {
            asked++;
            return ValueTask.FromResult(IlpReply.Reject(IlpErrorCode.Unreachable, message: "no\nILDCP here"));
        });
        var result = await new IldcpClient().FetchAsync(child, default);
        result.Info.ShouldBeNull();
        result.Problem.ShouldBe("ILDCP request rejected: F02 no ILDCP here");
        asked.ShouldBe(1);
    }

    [Fact]
    public void A_prepare_with_another_condition_is_no_request()
    {
        var prepare = IlpPrepare.Create(
            0, TimeProvider.System.GetUtcNow().AddSeconds(5), new byte[32], IldcpRequest.Destination);
        IldcpRequest.Answer(prepare, Info, Info.ClientAddress).Code.ShouldBe(IlpErrorCode.BadRequest);
    }
}
