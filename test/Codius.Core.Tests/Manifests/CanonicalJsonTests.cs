using System.Text;
using Codius.Core.Manifests;

namespace Codius.Core.Tests.Manifests;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{"b":1,"a":[true,false,null]}""", """{"a":[true,false,null],"b":1}""")]
    [InlineData(""" { "a" : { } , "" : [ ] } """, """{"":[],"a":{}}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2}""")]
    [InlineData("""{"__proto__":1,"constructor":2}""", """{"__proto__":1,"constructor":2}""")]
    [InlineData("""{"10":1,"9":2,"-1":3}""", """{"-1":3,"10":1,"9":2}""")]
    [InlineData("\"\\u002f\\/\\u0041\"", "\"//A\"")]
    [InlineData("\"\\ud83d\\ude00\"", "\"😀\"")]
    public void Documents_are_rewritten_as_canonical_json_does(string json, string expected) =>
        Convert(json).ShouldBe(expected);

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.0e5", "0")]
    [InlineData("1.0", "1")]
    [InlineData("-1.50", "-1.5")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("1e21", "1e+21")]
    [InlineData("123456789012345678901234567890", "1.2345678901234568e+29")]
    [InlineData("123456789012345680000", "123456789012345680000")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("1.25e-7", "1.25e-7")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("0.1", "0.1")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("1e-400", "0")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("1e400", "null")]
    [InlineData("-1e400", "null")]
    public void Numbers_are_printed_as_javascript_does(string json, string expected) =>
        Convert(json).ShouldBe(expected);

    [Fact]
    public void A_lone_surrogate_stays_and_becomes_a_replacement_character_in_utf8()
    {
        var canonical = Convert("""{"\udc00":"\ud800 \udc00\ud800"}""");
        canonical.ShouldBe("{\"\udc00\":\"\ud800 \udc00\ud800\"}");
        Encoding.UTF8.GetBytes(canonical).AsSpan().Count("\ufffd"u8).ShouldBe(4);
    }

    [Theory]
    [InlineData("", "is empty, a JSON object was expected")]
    [InlineData(" ", "is not JSON of at most 64 levels (line 1, byte 2)")]
    [InlineData("{bad", "is not JSON of at most 64 levels (line 1, byte 2)")]
    [InlineData("{}\n{}", "is not JSON of at most 64 levels (line 2, byte 1)")]
    [InlineData("[1,]", "is not JSON of at most 64 levels (line 1, byte 4)")]
    [InlineData("\ufeff{}", "is not JSON of at most 64 levels (line 1, byte 1)")]
    [InlineData("NaN", "is not JSON of at most 64 levels (line 1, byte 1)")]
    [InlineData("// c\n{}", "is not JSON of at most 64 levels (line 1, byte 1)")]
    public void What_is_not_json_is_refused_and_the_place_is_named(string json, string expected)
    {
        CanonicalJson.TryConvert(Encoding.UTF8.GetBytes(json), out _, out var problem).ShouldBeFalse();
        problem.ShouldBe(expected);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        CanonicalJson.TryConvert([(byte)'"', 0xc3, (byte)'"'], out _, out var problem).ShouldBeFalse();
        problem.ShouldBe("is not valid UTF-8");
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(500_000, false)]
    public void Deep_nesting_is_refused_without_harm(int depth, bool accepted)
    {
        var json = new string('[', depth) + new string(']', depth);
        CanonicalJson.TryConvert(Encoding.UTF8.GetBytes(json), out _, out _).ShouldBe(accepted);
    }

    [Theory]
    [InlineData(65535, true)]
    [InlineData(65536, false)]
    public void A_document_of_too_many_values_is_refused(int items, bool accepted)
    {
        var json = "[" + string.Join(',', Enumerable.Repeat("0", items)) + "]";
        CanonicalJson.TryConvert(Encoding.UTF8.GetBytes(json), out _, out _).ShouldBe(accepted);
    }

    private static string Convert(string json)
    {
        CanonicalJson.TryConvert(Encoding.UTF8.GetBytes(json), out var canonical, out var problem)
            .ShouldBeTrue(problem);
        return canonical!;
    }
}
