using System.Text;
using System.Text.Json;
using Codius.Core.Manifests;

namespace Codius.Core.Tests.Manifests;

/// <summary>Vectors that codiusd 1.2.5 and codius-manifest 2.2.3 computed alike.</summary>
public sealed class ManifestHashTests
{
    private static readonly JsonDocument Vectors = JsonDocument.Parse(
        typeof(ManifestHashTests).Assembly.GetManifestResourceStream("manifest-hashes.json")!);

    public static TheoryData<string> ManifestNames() => Names("manifests");

    public static TheoryData<string> PrivateValues() => Names("privateVars");

    [Theory]
    [MemberData(nameof(ManifestNames))]
    public void A_manifest_has_the_hash_that_the_original_gives_it(string name)
    {
        var vector = Vectors.RootElement.GetProperty("manifests").GetProperty(name);
        CanonicalJson.TryConvert(Utf8(vector.GetProperty("manifest")), out var canonical, out var problem)
            .ShouldBeTrue(problem);
        CanonicalJson.TryConvert(Utf8(vector.GetProperty("canonical")), out var quoted, out _).ShouldBeTrue();
        CanonicalJson.TryConvert(Encoding.UTF8.GetBytes(Samples.Quote(canonical!)), out var expected, out _)
            .ShouldBeTrue();
        expected.ShouldBe(quoted);
        ManifestHash.OfCanonicalJson(Encoding.UTF8.GetBytes(canonical!)).Value
            .ShouldBe(vector.GetProperty("hash").GetString());
    }

    [Theory]
    [MemberData(nameof(PrivateValues))]
    public void A_private_value_has_the_public_hash_that_the_original_gives_it(string value)
    {
        var parsed = JsonDocument.Parse(value).RootElement;
        var secret = new PrivateValue(
            parsed.GetProperty("nonce").GetString()!, parsed.GetProperty("value").GetString()!);
        secret.ToPublicHash().ShouldBe(
            Vectors.RootElement.GetProperty("privateVars").GetProperty(value).GetProperty("sha256hex").GetString());
    }

    [Fact]
    public void A_hash_reads_in_any_letter_case()
    {
        const string Text = "mk7vwffqpk2xj425wwqvna7xtqzluafrc2at7iiaqw6vjwx6nz3q";
        ManifestHash.TryParse(Text.ToUpperInvariant(), out var hash).ShouldBeTrue();
        hash.Value.ShouldBe(Text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("mk7vwffqpk2xj425wwqvna7xtqzluafrc2at7iiaqw6vjwx6nz3")]
    [InlineData("mk7vwffqpk2xj425wwqvna7xtqzluafrc2at7iiaqw6vjwx6nz31")]
    [InlineData("mk7vwffqpk2xj425wwqvna7xtqzluafrc2at7iiaqw6vjwx6nz.q")]
    public void What_is_no_hash_is_refused(string? text) => ManifestHash.TryParse(text, out _).ShouldBeFalse();

    private static byte[] Utf8(JsonElement element) => Encoding.UTF8.GetBytes(element.GetRawText());

    private static TheoryData<string> Names(string group) =>
        [.. Vectors.RootElement.GetProperty(group).EnumerateObject().Select(p => p.Name)];
}
