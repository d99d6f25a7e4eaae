using System.Text;
using Interledger.Spsp;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Spsp;

public sealed class SpspAnswerTests
{
    private const string Secret = "6jR5iNIVRvqeasJeCty6C+YB5X9FhSOUPCL/5nha5Vs=";
    private const string Whole = $$"""
        {
          "destination_account": "example.ilpdemo.red~invoice123",
          "shared_secret": "{{Secret}}",
          "balance": { "maximum": "-10000", "current": "-5360" },
          "asset_info": { "code": "USD", "scale": 2 },
          "receiver_info": { "name": "XYZ Store", "image_url": "https://red.ilpdemo.org/logo.jpg" },
          "receipts_enabled": true
        }
        """;

    [Fact]
    public void An_answer_says_where_to_pay_and_what_for()
    {
        SpspAnswer.TryRead(Encoding.UTF8.GetBytes(Whole), out var answer).ShouldBeTrue();
        answer.Credentials.Address.Value.ShouldBe("example.ilpdemo.red~invoice123");
        answer.Credentials.SharedSecret.ToArray().ShouldBe(Convert.FromBase64String(Secret));
        answer.ReceiptsEnabled.ShouldBeTrue();
        answer.Details.ShouldBe(new SpspDetails
        {
            Balance = new SpspBalance(-10000, -5360),
            Asset = new AssetDetails("USD", 2),
            ReceiverName = "XYZ Store",
        });
    }

    [Theory]
    [InlineData(Secret)]
    [InlineData("6jR5iNIVRvqeasJeCty6C-YB5X9FhSOUPCL_5nha5Vs=")]
    [InlineData("6jR5iNIVRvqeasJeCty6C-YB5X9FhSOUPCL_5nha5Vs")]
    [InlineData("6jR5iNIVRvqeasJeCty6C+YB5X9FhSOUPCL/5nha5Vs")]
    public void Secrets_come_in_either_alphabet_padded_or_not(string secret)
    {
        SpspAnswer.TryRead(Encoding.UTF8.GetBytes(Answer("test.x", secret)), out var answer).ShouldBeTrue();
        answer.Credentials.SharedSecret.ToArray().ShouldBe(Convert.FromBase64String(Secret));
        answer.ReceiptsEnabled.ShouldBeFalse();
        answer.Details.ShouldBe(new SpspDetails());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"destination_account\":\"test.x\"}")]
    [InlineData("{\"destination_account\":1,\"shared_secret\":2}")]
    [InlineData("{\"destination_account\":\"\\ud800\",\"shared_secret\":\"\"}")]
    [InlineData("<html>")]
    public void What_does_not_say_where_to_pay_is_none(string json) =>
        SpspAnswer.TryRead(Encoding.UTF8.GetBytes(json), out _).ShouldBeFalse();

    [Theory]
    [InlineData("no address", Secret)]
    [InlineData("test", Secret)]
    [InlineData("test.x", "")]
    [InlineData("test.x", "AAAA")]
    [InlineData("test.x", "6jR5iNIVRvqeasJeCty6C+YB5X9FhSOUPCL/5nha5VsA")]
    [InlineData("test.x", "6jR5iNIVRvqeasJeCty6C+YB5X9FhSOUPCL/5nha5V§=")]
    public void A_wrong_address_or_secret_is_refused(string address, string secret) =>
        SpspAnswer.TryRead(Encoding.UTF8.GetBytes(Answer(address, secret)), out _).ShouldBeFalse();

    [Fact]
    public void Nothing_may_follow_and_details_that_make_no_sense_are_left_out()
    {
        SpspAnswer.TryRead(Encoding.UTF8.GetBytes(Whole + "{}"), out _).ShouldBeFalse();
        var odd = Whole.Replace("\"-5360\"", "\"many\"", StringComparison.Ordinal)
            .Replace("\"scale\": 2", "\"scale\": 256", StringComparison.Ordinal)
            .Replace("\"XYZ Store\"", "[1]", StringComparison.Ordinal)
            .Replace("true", "\"true\"", StringComparison.Ordinal);
        SpspAnswer.TryRead(Encoding.UTF8.GetBytes(odd), out var answer).ShouldBeTrue();
        answer.Details.ShouldBe(new SpspDetails());
        answer.ReceiptsEnabled.ShouldBeFalse();
    }

    [Fact]
    public void Answers_from_anybody_are_read_or_refused_but_never_throw()
    {
        var random = new Random(1);
        for (var round = 0; round < 10_000; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(round % 4 == 0 ? "$example.com/bob" : Whole);
            for (var damages = random.Next(4); damages > 0; damages--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            SpspFuzz.Run(random.Next(8) == 0 ? bytes.AsSpan(0, random.Next(bytes.Length)) : bytes);
        }
    }

    private static string Answer(string address, string secret) =>
        $$"""{"destination_account":"{{address}}","shared_secret":"{{secret}}"}""";
}
