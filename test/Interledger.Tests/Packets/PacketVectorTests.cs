using System.Globalization;
using System.Text.Json.Nodes;
using Interledger.Addresses;
using Interledger.Packets;
using Interledger.Tests.Fixtures;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Packets;

public sealed class PacketVectorTests
{
    public static TheoryData<int> Prepares => Indices("prepare");

    public static TheoryData<int> Fulfills => Indices("fulfill");

    public static TheoryData<int> Rejects => Indices("reject");

    [Theory]
    [MemberData(nameof(Prepares))]
    public void A_prepare_is_read_as_the_original_wrote_it(int index)
    {
        var vector = Vector("prepare", index);
        IlpPrepare.TryRead(vector.Hex("hex"), out var prepare).ShouldBeTrue();
        prepare.Amount.ShouldBe(vector.Number("amount"));
        prepare.ExpiresAt.ShouldBe(Time(vector));
        prepare.Condition.ToArray().ShouldBe(vector.Hex("condition"));
        prepare.Destination.Value.ShouldBe(vector.Text("destination"));
        prepare.Data.ToArray().ShouldBe(vector.Hex("data"));
    }

    [Theory]
    [MemberData(nameof(Prepares))]
    public void A_prepare_is_written_as_the_original_writes_it(int index)
    {
        var vector = Vector("prepare", index);
        var prepare = IlpPrepare.Create(
            vector.Number("amount"),
            Time(vector),
            vector.Hex("condition"),
            IlpAddress.Parse(vector.Text("destination")),
            vector.Hex("data"));
        Convert.ToHexStringLower(prepare.Packet.Span).ShouldBe(vector.Text("hex"));
    }

    [Theory]
    [MemberData(nameof(Fulfills))]
    public void A_fulfill_is_read_and_written_as_the_original_does(int index)
    {
        var vector = Vector("fulfill", index);
        IlpReply.TryRead(vector.Hex("hex"), out var fulfill).ShouldBeTrue();
        fulfill.IsFulfill.ShouldBeTrue();
        fulfill.Fulfillment.ToArray().ShouldBe(vector.Hex("fulfillment"));
        fulfill.Data.ToArray().ShouldBe(vector.Hex("data"));
        var written = IlpReply.Fulfill(fulfill.Fulfillment, fulfill.Data.Span);
        Convert.ToHexStringLower(written.Packet.Span).ShouldBe(vector.Text("hex"));
    }

    [Theory]
    [MemberData(nameof(Rejects))]
    public void A_reject_is_read_and_written_as_the_original_does(int index)
    {
        var vector = Vector("reject", index);
        IlpReply.TryRead(vector.Hex("hex"), out var reject).ShouldBeTrue();
        reject.Code.ToString().ShouldBe(vector.Text("code"));
        reject.TriggeredBy.Value.ShouldBe(vector.Text("triggeredBy"));
        reject.Message.ShouldBe(vector.Text("message"));
        reject.Data.ToArray().ShouldBe(vector.Hex("data"));
        var written = IlpReply.Reject(reject.Code, reject.TriggeredBy, reject.Message, reject.Data.Span);
        Convert.ToHexStringLower(written.Packet.Span).ShouldBe(vector.Text("hex"));
    }

    [Fact]
    public void An_amount_too_large_tells_what_arrived_and_what_may()
    {
        var vector = Vectors.All["f08"];
        IlpReply.TryRead(vector.Hex("fullReject"), out var reject).ShouldBeTrue();
        reject.Code.ShouldBe(IlpErrorCode.AmountTooLarge);
        AmountTooLarge.TryRead(reject.Data.Span, out var amounts).ShouldBeTrue();
        amounts.ShouldBe(new AmountTooLarge(vector.Number("receivedAmount"), vector.Number("maximumAmount")));
        var data = new byte[AmountTooLarge.Length];
        amounts.Write(data);
        data.ShouldBe(vector.Hex("data"));
    }

    [Fact]
    public void Forwarding_changes_amount_and_expiry_and_nothing_else()
    {
        var vector = Vector("prepare", 2);
        IlpPrepare.TryRead(vector.Hex("hex"), out var prepare).ShouldBeTrue();
        var expiresAt = prepare.ExpiresAt.AddSeconds(-1);
        var forwarded = prepare.Forward(123, expiresAt);
        forwarded.Amount.ShouldBe(123UL);
        forwarded.ExpiresAt.ShouldBe(expiresAt);
        forwarded.Destination.ShouldBe(prepare.Destination);
        forwarded.Condition.ToArray().ShouldBe(prepare.Condition.ToArray());
        forwarded.Data.ToArray().ShouldBe(prepare.Data.ToArray());
    }

    private static TheoryData<int> Indices(string kind) => [.. Enumerable.Range(0, Vectors.All[kind]!.AsArray().Count)];

    private static JsonNode Vector(string kind, int index) => Vectors.All[kind]![index]!;

    private static DateTimeOffset Time(JsonNode vector) => DateTimeOffset.Parse(
        vector.Text("expiresAt"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
