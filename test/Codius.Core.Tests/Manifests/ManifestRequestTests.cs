using System.Text;
using Codius.Core.Manifests;

namespace Codius.Core.Tests.Manifests;

public sealed class ManifestRequestTests
{
    [Fact]
    public void A_request_is_read_with_all_its_fields()
    {
        var request = Samples.Accept(Samples.Request(
            container: ""","command":["sh","-c","x"],"workdir":"/root","environment":{"A":"$A","LIT":"plain"}""",
            manifest: ",\"debug\":true" + Samples.SecretVariable,
            top: ""","private":{"vars":{"A":{"nonce":"0123456789abcdef","value":"the secret value"}}}"""));
        var manifest = request.Manifest;
        manifest.Name.ShouldBe("sample");
        manifest.Version.ShouldBe("1.0.0");
        manifest.Machine.ShouldBe("small");
        manifest.Port.ShouldBe((ushort)8080);
        manifest.Debug.ShouldBeTrue();
        var container = manifest.Containers.ShouldHaveSingleItem();
        container.Id.ShouldBe("app");
        container.Image.ShouldBe(Samples.Image);
        container.Command.ShouldBe(["sh", "-c", "x"]);
        container.WorkingDirectory.ShouldBe("/root");
        container.Environment.ShouldBe(new Dictionary<string, string> { ["A"] = "$A", ["LIT"] = "plain" });
        manifest.Variables["A"].IsPrivate.ShouldBeTrue();
        request.Private["A"].ShouldBe(Samples.Secret);
    }

    [Fact]
    public void Fields_that_are_absent_have_their_defaults()
    {
        const string Body = $$$"""
            {"manifest":{"name":"","version":"","containers":[{"id":"a","image":"{{{Samples.Image}}}"}]}}
            """;
        var manifest = Samples.Accept(Body).Manifest;
        manifest.Machine.ShouldBe("small");
        manifest.Port.ShouldBeNull();
        manifest.Debug.ShouldBeFalse();
        manifest.Containers[0].Command.ShouldBeNull();
        manifest.Hash.ShouldBe(ManifestHash.OfCanonicalJson(Encoding.UTF8.GetBytes(manifest.CanonicalJson)));
    }

    // The bodies recorded from the original, and what is beyond them.
    [Theory]
    [InlineData("{}", "manifest: is required")]
    [InlineData("", "body: is empty, a JSON object was expected")]
    [InlineData("[]", "body: must be an object")]
    [InlineData("{bad", "body: is not JSON of at most 64 levels (line 1, byte 2)")]
    [InlineData("""{"manifest":null}""", "manifest: must be an object")]
    [InlineData("""{"manifest":{"version":"1","containers":[{"id":"a","image":"i"}]}}""", "manifest.name: is required")]
    [InlineData("""{"manifest":{"name":"x","containers":[{"id":"a","image":"i"}]}}""", "manifest.version: is required")]
    [InlineData("""{"manifest":{"name":"x","version":"1"}}""", "manifest.containers: is required")]
    [InlineData("""{"manifest":{"name":"x","version":"1","containers":[]}}""",
        "manifest.containers: must have at least one container")]
    [InlineData("""{"manifest":{"name":"x","version":"1","containers":{}}}""", "manifest.containers: must be an array")]
    [InlineData("""{"manifest":{"name":"x","version":"1","containers":[1]}}""",
        "manifest.containers[0]: must be an object")]
    [InlineData("""{"manifest":{"name":1,"version":null,"containers":[{"id":"a","image":"i"}]}}""",
        "manifest.name: must be a string; manifest.version: must be a string")]
    [InlineData("""{"manifest":{"name":"x","version":"1","containers":[{"id":"a"}]}}""",
        "manifest.containers[0].image: is required")]
    public void A_body_of_another_form_is_an_invalid_request(string body, string expected)
    {
        var errors = Samples.Refuse(body);
        errors.Kind.ShouldBe(FailureKind.InvalidRequest);
        errors.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("", "", ",\"x\":1", "x: is not a known field")]
    [InlineData("", ",\"x\":1", "", "manifest.x: is not a known field")]
    [InlineData(",\"x\":1", "", "", "manifest.containers[0].x: is not a known field")]
    [InlineData(",\"command\":\"ls\"", "", "", "manifest.containers[0].command: must be an array of strings")]
    [InlineData(",\"command\":[\"a\",1]", "", "", "manifest.containers[0].command[1]: must be a string")]
    [InlineData(",\"workdir\":null", "", "", "manifest.containers[0].workdir: must be a string")]
    [InlineData(",\"environment\":{\"A\":1}", "", "", "manifest.containers[0].environment.A: must be a string")]
    [InlineData(",\"environment\":[]", "", "", "manifest.containers[0].environment: must be an object")]
    [InlineData("", ",\"debug\":1", "", "manifest.debug: must be true or false")]
    [InlineData("", ",\"debug\":\"true\"", "", "manifest.debug: must be true or false")]
    [InlineData("", ",\"machine\":\"huge\"", "", "manifest.machine: must be one of: small")]
    [InlineData("", ",\"vars\":{\"A\":{\"encoding\":\"plain\",\"value\":\"x\"}}", "",
        "manifest.vars.A.encoding: must be \"private:sha256\"")]
    [InlineData("", ",\"vars\":{\"A\":{\"value\":\"x\",\"description\":\"d\"}}", "",
        "manifest.vars.A.description: is not a known field")]
    [InlineData("", "", ",\"private\":{\"x\":1}", "private.x: is not a known field")]
    [InlineData("", "", ",\"private\":null", "private: must be an object")]
    [InlineData("", "", ",\"private\":{\"vars\":{\"A\":{\"value\":\"x\"}}}", "private.vars.A.nonce: is required")]
    [InlineData("", "", ",\"private\":{\"vars\":{\"a b\\n\":1}}", "private.vars.\"a b\\n\": must be an object")]
    public void Objects_are_closed_and_nothing_is_coerced(
        string container, string manifest, string top, string expected)
    {
        var errors = Samples.Refuse(Samples.Request(container, manifest, top));
        errors.Kind.ShouldBe(FailureKind.InvalidRequest);
        errors.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("8080")]
    [InlineData("\"0\"")]
    [InlineData("\"080\"")]
    [InlineData("\"abc\"")]
    [InlineData("\"x80y\"")]
    [InlineData("\"80\\n\"")]
    [InlineData("\" 80\"")]
    [InlineData("\"+80\"")]
    [InlineData("\"65536\"")]
    [InlineData("\"99999999999999999999\"")]
    [InlineData("\"\"")]
    [InlineData("\"٣\"")]
    public void A_port_is_a_string_of_digits_in_range(string port)
    {
        var errors = Samples.Refuse(Samples.Request(manifest: $",\"port\":{port}"));
        errors.Kind.ShouldBe(FailureKind.InvalidRequest);
        errors.ToString().ShouldBe("manifest.port: must be a string of digits from \"1\" to \"65535\"");
    }

    [Fact]
    public void Only_so_many_errors_are_listed()
    {
        var fields = string.Concat(Enumerable.Range(0, 100).Select(i => $",\"x{i}\":1"));
        Samples.Refuse(Samples.Request(manifest: fields)).Errors.Count.ShouldBe(20);
    }

    [Fact]
    public void A_long_name_is_cut_in_an_error()
    {
        var errors = Samples.Refuse(Samples.Request(manifest: $",\"{new string('n', 100_000)}\":1"));
        errors.ToString().Length.ShouldBeLessThan(200);
    }

    [Fact]
    public void A_request_survives_being_written_and_read_again()
    {
        var request = Samples.Accept(Samples.Request(
            container: ""","environment":{"A":"$A"}""",
            manifest: Samples.SecretVariable,
            top: ""","private":{"vars":{"A":{"nonce":"0123456789abcdef","value":"the secret value"}}}"""));
        var again = Samples.Accept(Encoding.UTF8.GetString(request.ToBody()));
        again.Hash.ShouldBe(request.Hash);
        again.Private.ShouldBe(request.Private);
    }

    [Fact]
    public void A_manifest_alone_reads_as_within_a_request()
    {
        var manifest = Samples.Accept(Samples.Request()).Manifest;
        Manifest.TryRead(Encoding.UTF8.GetBytes(manifest.CanonicalJson), ManifestRules.Quote, out var alone, out _)
            .ShouldBeTrue();
        alone!.Hash.ShouldBe(manifest.Hash);
        Manifest.TryRead("[]"u8, ManifestRules.Quote, out _, out var errors).ShouldBeFalse();
        errors!.ToString().ShouldBe("manifest: must be an object");
    }
}
