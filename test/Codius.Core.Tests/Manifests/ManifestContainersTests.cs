using Codius.Core.Manifests;

namespace Codius.Core.Tests.Manifests;

public sealed class ManifestContainersTests
{
    [Fact]
    public void Containers_get_their_environment_with_values_in_the_place_of_variables()
    {
        var request = Samples.Accept(Samples.Request(
            container: ""","command":["sh"],"environment":{"P":"$PUBLIC","S":"$SECRET","LIT":"a $PUBLIC"}""",
            manifest: $$$"""
            ,"vars":{"PUBLIC":{"value":"$LIT"},
              "SECRET":{"encoding":"private:sha256","value":"{{{Samples.Secret.ToPublicHash()}}}"}}
            """,
            top: ""","private":{"vars":{"SECRET":{"nonce":"0123456789abcdef","value":"the secret value"}}}"""));
        var container = request.Manifest.ToContainers(request.Values, "http://host.example:3000")
            .ShouldHaveSingleItem();
        container.Name.ShouldBe("app");
        container.Image.ToString().ShouldBe("docker.io/library/" + Samples.Image);
        container.Command.ShouldBe(["sh"]);
        container.Environment.ShouldBe(
            new Dictionary<string, string>
            {
                ["CODIUS"] = "true",
                ["CODIUS_HOST"] = "http://host.example:3000",
                ["CODIUS_MANIFEST_HASH"] = request.Hash.Value,
                ["CODIUS_MANIFEST"] = request.Manifest.CanonicalJson,
                ["P"] = "$LIT",
                ["S"] = "the secret value",
                ["LIT"] = "a $PUBLIC",
            },
            ignoreOrder: true);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(""","workdir":"" """, null)]
    [InlineData(""","workdir":"/root" """, "/root")]
    [InlineData(""","workdir":"srv/app" """, "/srv/app")]
    public void A_working_directory_is_absolute(string container, string? expected)
    {
        var request = Samples.Accept(Samples.Request(container));
        request.Manifest.ToContainers(request.Values, "http://h").Single().WorkingDirectory.ShouldBe(expected);
    }

    [Fact]
    public void A_quote_without_private_values_cannot_become_containers()
    {
        var request = Samples.Accept(
            Samples.Request(
                ""","environment":{"A":"$A"}""", ""","vars":{"A":{"encoding":"private:sha256","value":"00"}}"""),
            ManifestRules.Quote);
        Should.Throw<InvalidOperationException>(() => request.Manifest.ToContainers(request.Values, "http://h"));
    }

    [Fact]
    public void A_private_value_does_not_print() => $"{Samples.Secret}".ShouldBe("(private)");
}
