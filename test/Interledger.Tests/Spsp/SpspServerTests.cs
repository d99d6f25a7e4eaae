using System.Text;
using System.Text.Json.Nodes;
using Interledger.Receipts;
using Interledger.Spsp;
using Interledger.Tests.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Spsp;

public sealed class SpspServerTests : IAsyncLifetime
{
    private readonly StreamPair _pair = StreamPair.Create().Receiving(100);
    private readonly ReceiptVerifier _verifier = new(new byte[32]);
    private SpspServer _server = null!;

    public ValueTask InitializeAsync()
    {
        _server = new SpspServer(_pair.Server);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Fact]
    public async Task An_answer_can_be_paid_to_and_gives_receipts_to_those_who_asked_for_them()
    {
        var setup = _verifier.CreateSetup();
        var reply = _server.Answer(Request(setup), "invoice7");
        reply.Status.ShouldBe(200);
        SpspAnswer.TryRead(reply.Body.Span, out var answer).ShouldBeTrue();
        answer.ReceiptsEnabled.ShouldBeTrue();
        var stream = _pair.Client.Connect(answer.Credentials).OpenStream();
        stream.SetSendMax(100);
        (await stream.WaitForSentAsync(100).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        _verifier.TryVerify(stream.Receipt.Span, out var receipt).ShouldBeTrue();
        receipt.TotalReceived.ShouldBe(100UL);
        (await _pair.Accepted.Task).Tag.ShouldBe("invoice7");
    }

    [Fact]
    public void Each_answer_is_for_one_payer_and_reads_like_the_standard_s()
    {
        var details = new SpspDetails
        {
            Balance = new SpspBalance(-10000, -5360),
            Asset = new AssetDetails("USD", 2),
            ReceiverName = "XYZ \"Store\"",
        };
        var first = _server.Answer(new SpspRequest("application/spsp4+json, application/spsp+json"), "", details);
        var second = _server.Answer(new SpspRequest(null), "", details);
        SpspAnswer.TryRead(first.Body.Span, out var one).ShouldBeTrue();
        SpspAnswer.TryRead(second.Body.Span, out var other).ShouldBeTrue();
        one.Credentials.Address.ShouldNotBe(other.Credentials.Address);
        one.Details.ShouldBe(details);
        var json = JsonNode.Parse(first.Body.Span)!.AsObject();
        json.Select(static member => member.Key).ShouldBe(
            ["destination_account", "shared_secret", "balance", "asset_info", "receiver_info"]);
        json["shared_secret"]!.GetValue<string>().ShouldEndWith("=");
    }

    [Theory]
    [InlineData("application/spsp4+json", 200)]
    [InlineData("Application/SPSP4+JSON;q=0.5", 200)]
    [InlineData("text/html, */*;q=0.1", 200)]
    [InlineData("application/json, application/*", 200)]
    [InlineData("application/json", 406)]
    [InlineData("application/spsp+json", 406)]
    [InlineData("application/spsp4+json;q=0", 406)]
    [InlineData(",;,", 406)]
    public void It_answers_who_takes_its_media_type(string accept, int status) =>
        _server.Answer(new SpspRequest(accept)).Status.ShouldBe(status);

    [Fact]
    public void Queries_and_half_or_wrong_receipt_headers_are_refused()
    {
        _server.Answer(new SpspRequest(null, HasQuery: true)).Status.ShouldBe(400);
        var whole = Request(_verifier.CreateSetup());
        SpspRequest[] wrong =
        [
            whole with { ReceiptNonce = null },
            whole with { ReceiptSecret = null },
            whole with { ReceiptNonce = "" },
            whole with { ReceiptNonce = whole.ReceiptSecret },
            whole with { ReceiptSecret = whole.ReceiptNonce },
            whole with { ReceiptNonce = $"{whole.ReceiptNonce},{whole.ReceiptNonce}" },
        ];
        foreach (var request in wrong)
        {
            var reply = _server.Answer(request);
            reply.Status.ShouldBe(400);
            Encoding.UTF8.GetString(reply.Body.Span).ShouldContain("InvalidReceiptSetupError");
        }

        SpspServer.NotFound.Status.ShouldBe(404);
        JsonNode.Parse(SpspServer.NotFound.Body.Span)!["id"]!.GetValue<string>().ShouldBe("InvalidReceiverError");
    }

    private static SpspRequest Request(ReceiptSetup setup) => new(SpspClient.MediaType)
    {
        ReceiptNonce = Convert.ToBase64String(setup.Nonce.Span),
        ReceiptSecret = Convert.ToBase64String(setup.Secret.Span),
    };
}
