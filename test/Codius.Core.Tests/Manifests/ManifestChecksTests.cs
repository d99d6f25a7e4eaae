using Codius.Core.Manifests;

namespace Codius.Core.Tests.Manifests;

public sealed class ManifestChecksTests
{
    [Theory]
    [InlineData("CODIUS_X", "names that begin with CODIUS are reserved")]
    [InlineData("CODIUS", "names that begin with CODIUS are reserved")]
    [InlineData("CODIUSX", "names that begin with CODIUS are reserved")]
    [InlineData("A=B", "a name must not be empty nor contain '=' or a NUL character")]
    public void Some_environment_names_are_refused(string name, string expected) => ShouldBeInvalid(
        Samples.Request(container: $",\"environment\":{{\"{name}\":\"y\"}}"),
        $"manifest.containers[0].environment.{name}: {expected}");

    [Theory]
    [InlineData("$NOPE", "the variable NOPE is not defined in manifest.vars")]
    [InlineData("$", "the variable \"\" is not defined in manifest.vars")]
    [InlineData("$A B", "the variable \"A B\" is not defined in manifest.vars")]
    public void A_variable_that_is_not_defined_is_named(string value, string expected) => ShouldBeInvalid(
        Samples.Request(container: $",\"environment\":{{\"X\":\"{value}\"}}"),
        "manifest.containers[0].environment.X: " + expected);

    [Fact]
    public void A_private_value_that_is_missing_is_named() => ShouldBeInvalid(
        Samples.Request(""","environment":{"A":"$A"}""", Samples.SecretVariable),
        "private.vars.A: is missing, and a container uses it");

    [Fact]
    public void A_private_value_of_another_hash_is_named_and_not_shown()
    {
        const string Top = ""","private":{"vars":{"A":{"nonce":"0123456789abcdef","value":"the secret valuf"}}}""";
        var body = Samples.Request(""","environment":{"A":"$A"}""", Samples.SecretVariable, Top);
        ShouldBeInvalid(body, "private.vars.A: does not have the hash that the manifest says");
        Samples.Refuse(body, ManifestRules.Quote).ToString().ShouldNotContain("secret");
    }

    [Fact]
    public void A_quote_needs_no_private_values() =>
        Samples.Accept(Samples.Request(""","environment":{"A":"$A"}""", Samples.SecretVariable), ManifestRules.Quote);

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("-a")]
    [InlineData("a\\u0000")]
    [InlineData("ä")]
    [InlineData("a\\n")]
    public void An_id_that_cannot_name_a_container_is_refused(string id) => ShouldBeInvalid(
        Samples.Request(id: id),
        "manifest.containers[0].id: must be 1 to 64 letters, digits, '_', '-' or '.', and not begin with '-' or '.'");

    [Fact]
    public void Two_containers_must_not_have_one_id() => ShouldBeInvalid(
        $$$"""
        {"manifest":{"name":"","version":"","containers":[
          {"id":"a","image":"{{{Samples.Image}}}"},{"id":"a","image":"{{{Samples.Image}}}"}]}}
        """,
        "manifest.containers[1].id: is the id of another container too");

    [Fact]
    public void A_tag_is_refused_unless_the_operator_allows_tags()
    {
        var body = Samples.Request(image: "missing/x");
        ShouldBeInvalid(
            body,
            "manifest.containers[0].image: must name its content, as in name@sha256:<64 digits>; a tag can change");
        Samples.Accept(body, ManifestRules.Upload with { AllowTags = true });
    }

    [Fact]
    public void What_cannot_be_an_image_is_refused() => ShouldBeInvalid(
        Samples.Request(image: "NOT AN IMAGE"), "manifest.containers[0].image: is not the name of an image");

    [Theory]
    [InlineData(",\"command\":[\"a\\u0000\"]", "manifest.containers[0].command: contains a NUL character")]
    [InlineData(",\"workdir\":\"/\\u0000\"", "manifest.containers[0].workdir: contains a NUL character")]
    [InlineData(",\"environment\":{\"A\":\"\\u0000\"}",
        "manifest.containers[0].environment.A: the value contains a NUL character")]
    public void A_nul_character_is_refused(string container, string expected) =>
        ShouldBeInvalid(Samples.Request(container), expected);

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_manifest_has_at_most_120_KiB(int excess, bool accepted)
    {
        var overhead = Samples.Accept(Samples.Request(""","command":[""]""")).Manifest.CanonicalJson.Length;
        var text = new string('x', Manifest.MaxCanonicalBytes - overhead + excess);
        var body = Samples.Request($",\"command\":[\"{text}\"]");
        if (accepted)
            Samples.Accept(body);
        else
            ShouldBeInvalid(body, "manifest: is 122881 bytes long, the limit is 122880");
    }

    [Fact]
    public void A_pod_has_at_most_32_containers()
    {
        var containers = Enumerable.Range(0, 33).Select(i => $$$"""{"id":"a{{{i}}}","image":"{{{Samples.Image}}}"}""");
        ShouldBeInvalid(
            $$$"""{"manifest":{"name":"","version":"","containers":[{{{string.Join(',', containers)}}}]}}""",
            "manifest.containers: has more than 32 containers");
    }

    [Fact]
    public void A_private_value_too_long_for_an_environment_is_refused()
    {
        var secret = new PrivateValue("n", new string('x', 128 * 1024));
        ShouldBeInvalid(
            Samples.Request(
                ""","environment":{"X":"$A"}""",
                $$$""","vars":{"A":{"encoding":"private:sha256","value":"{{{secret.ToPublicHash()}}}"}}""",
                $$$$""","private":{"vars":{"A":{"nonce":"n","value":"{{{{secret.Value}}}}"}}}"""),
            "manifest.containers[0].environment.X: name and value are longer than 131071 bytes");
    }

    [Fact]
    public void Many_names_for_one_long_value_are_refused()
    {
        var names = string.Join(',', Enumerable.Range(0, 2000).Select(i => $"\"X{i}\":\"$A\""));
        ShouldBeInvalid(
            Samples.Request(
                $",\"environment\":{{{names}}}",
                $$$""","vars":{"A":{"value":"{{{new string('x', 10_000)}}}"}}"""),
            "manifest.containers: have environments of more than 1048576 bytes together");
    }

    [Fact]
    public void What_nobody_uses_is_refused_only_to_an_author()
    {
        const string Top = ""","private":{"vars":{"B":{"nonce":"n","value":"v"}}}""";
        var body = Samples.Request(manifest: ""","vars":{"A":{"value":"v"}}""", top: Top);
        Samples.Accept(body);
        Samples.Refuse(body, ManifestRules.Author).ToString().ShouldBe(
            "manifest.vars.A: is not used by any container; private.vars.B: is not a private variable of the manifest");
    }

    private static void ShouldBeInvalid(string body, string expected)
    {
        var errors = Samples.Refuse(body);
        errors.Kind.ShouldBe(FailureKind.InvalidManifest);
        errors.ToString().ShouldBe(expected);
        errors.ToFailure().Blame.ShouldBe(Blame.Caller);
    }
}
