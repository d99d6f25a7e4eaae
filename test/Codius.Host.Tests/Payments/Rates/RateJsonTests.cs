using System.Text;
using Codius.Host.Payments.Rates;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Payments.Rates;

public sealed class RateJsonTests
{
    [Theory]
    [InlineData("""{"rate":0.52}""", "/rate", "13/25")]
    [InlineData("""{"rate":"0.52"}""", "/rate", "13/25")]
    [InlineData("0.52", "", "13/25")]
    [InlineData("\"5.2e-1\"", "", "13/25")]
    [InlineData("""{"ripple":{"usd":0.52}}""", "/ripple/usd", "13/25")]
    [InlineData("""{"data":{"amount":"0.52","base":"XRP","currency":"USD"}}""", "/data/amount", "13/25")]
    [InlineData("""{"result":{"XXRPZUSD":{"c":["0.52000000","1"]}}}""", "/result/XXRPZUSD/c/0", "13/25")]
    [InlineData("""{"a/b":{"~":2}}""", "/a~1b/~0", "2")]
    public void A_rate_is_the_number_or_text_of_one_that_the_pointer_names(string json, string pointer, string rate)
    {
        RateJson.TryRead(Encoding.UTF8.GetBytes(json), pointer, out var read).ShouldBeTrue();
        read.ToString().ShouldBe(rate);
    }

    [Theory]
    [InlineData("", "/rate")]
    [InlineData("<html>", "/rate")]
    [InlineData("{}", "/rate")]
    [InlineData("[1]", "/rate")]
    [InlineData("[1]", "/1")]
    [InlineData("[1]", "/-1")]
    [InlineData("5", "/rate")]
    [InlineData("""{"rate":0}""", "/rate")]
    [InlineData("""{"rate":-1}""", "/rate")]
    [InlineData("""{"rate":null}""", "/rate")]
    [InlineData("""{"rate":true}""", "/rate")]
    [InlineData("""{"rate":{}}""", "/rate")]
    [InlineData("""{"rate":"1/2"}""", "/rate")]
    [InlineData("""{"rate":"\ud800"}""", "/rate")]
    [InlineData("""{"rate":"1 USD"}""", "/rate")]
    [InlineData("""{"rate":1e400}""", "/rate")]
    public void What_is_no_positive_number_is_no_rate(string json, string pointer) =>
        RateJson.TryRead(Encoding.UTF8.GetBytes(json), pointer, out _).ShouldBeFalse();

    [Fact]
    public void Any_bytes_are_read_without_harm()
    {
        var random = new Random(7);
        var sample = """{"rate":{"a":["0.52",1e-7,"\ud800"]}}"""u8.ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])sample.Clone();
            for (var change = random.Next(4); change >= 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            RateJson.TryRead(bytes.AsMemory(0, random.Next(bytes.Length + 1)), "/rate/a/" + (i % 3), out _);
        }
    }
}
