using System.Buffers.Text;
using Codius.Core.Leases;
using FsCheck;
using FsCheck.Fluent;

namespace Codius.Core.Tests.Leases;

public sealed class PayTokenTests
{
    private static readonly Arbitrary<byte[]> SixteenBytes =
        Arb.From(Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b), 16));

    // Near misses: mostly base64 characters, padding and white space, at about the right length.
    private static readonly Arbitrary<string> Garbage = Arb.From(
        from length in Gen.Choose(0, 40)
        from codes in Gen.ArrayOf(
            Gen.Frequency(
                (6, Gen.Elements([.. "AZaz09+/-_"])),
                (1, Gen.Elements('=', ' ', '\t', '\n', '\0')),
                (1, Gen.Choose(0, 0xffff).Select(c => (char)c))),
            length)
        select new string(codes));

    [Theory]
    [InlineData("AAECAwQFBgcICQoLDA0ODw==")]
    [InlineData("AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("AAECAwQFBgcICQoLDA0ODw=")]
    [InlineData(" AAECAwQFBgcICQoLDA0ODw== ")]
    public void A_token_is_read_padded_or_not(string header)
    {
        PayToken.TryParse(header, out var token).ShouldBeTrue();
        token.Hex.ShouldBe("000102030405060708090a0b0c0d0e0f");
        token.ToString().ShouldBe(token.Hex);
    }

    [Theory]
    [InlineData("+/+/+/+/+/+/+/+/+/+/+w==")]
    [InlineData("-_-_-_-_-_-_-_-_-_-_-w")]
    public void A_token_is_read_in_either_alphabet(string header)
    {
        PayToken.TryParse(header, out var token).ShouldBeTrue();
        token.Hex.ShouldBe("fbffbffbffbffbffbffbffbffbffbffb");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("====")]
    [InlineData("AAECAwQFBgcICQoLDA0O")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxA=")]
    [InlineData("AAECAwQFBgcICQoLDA0OD")]
    [InlineData("AAECAwQFBgcICQ==LDA0ODw")]
    [InlineData("AAECAwQFBgcICQoLDA0O!w==")]
    [InlineData("ÄAECAwQFBgcICQoLDA0ODw==")]
    [InlineData("000102030405060708090a0b0c0d0e0f")]
    [InlineData("AAECAwQFBgcICQoLDA0ODw===============================================")]
    public void What_is_no_token_is_refused(string? header)
    {
        PayToken.TryParse(header, out var token).ShouldBeFalse();
        token.ShouldBe(default);
    }

    [Fact]
    public void All_ways_to_write_sixteen_bytes_are_the_same_token() =>
        Prop.ForAll(SixteenBytes, bytes =>
        {
            var hex = Convert.ToHexStringLower(bytes);
            string[] headers = [Convert.ToBase64String(bytes), Base64Url.EncodeToString(bytes)];
            return headers.All(header => PayToken.TryParse(header, out var token) && token.Hex == hex);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_header_makes_the_reader_throw_and_what_it_takes_has_sixteen_bytes() =>
        Prop.ForAll(Garbage, header => !PayToken.TryParse(header, out var token) || token.Hex.Length == 32)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
}
