using Codius.Client.Projects;
using Codius.Client.Registries;
using Codius.Client.Tests.Testing;
using Codius.Core;
using Codius.Core.Manifests;
using Microsoft.AspNetCore.Http;

namespace Codius.Client.Tests.Projects;

public sealed class ProjectReaderTests : IDisposable
{
    private const string Image = "nginx@sha256:3e2ffcf0edca2a4e9b24ca442d227baea7b7f0e33ad654ef1eb806fbd9bedcf0";

    private const string Manifest = $$$"""
        {"manifest":{"name":"nginx-codius-pod","version":"1.0.0","machine":"small","port":"80","containers":[
          {"id":"app","image":"{{{Image}}}","environment":{"PUB":"$PUB","PRIV":"$PRIV"}},
          {"id":"b","image":"{{{Image}}}","environment":{}}]}}
        """;

    private const string Variables = """
        {"vars":{"public":{"PUB":{"value":"Public Env Value","description":"An example"}},
          "private":{"PRIV":{"value":"Private Env Value"}}}}
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("codius-project-");

    [Fact]
    public async Task The_two_files_become_a_request()
    {
        var request = await AcceptAsync(Manifest, Variables);
        request.Manifest.Variables["PUB"].ShouldBe(new ManifestVariable("Public Env Value", false));
        var secret = request.Private["PRIV"];
        secret.Value.ShouldBe("Private Env Value");
        secret.Nonce.Length.ShouldBe(32);
        request.Manifest.Variables["PRIV"].ShouldBe(new ManifestVariable(secret.ToPublicHash(), true));
        request.Manifest.CanonicalJson.ShouldNotContain("description");
        request.Manifest.CanonicalJson.ShouldNotContain("Private Env Value");
        request.Manifest.CanonicalJson.ShouldContain($$"""{"id":"b","image":"{{Image}}"}""");
    }

    [Fact]
    public async Task Private_values_get_a_new_nonce_each_time()
    {
        var first = await AcceptAsync(Manifest, Variables);
        var second = await AcceptAsync(Manifest, Variables);
        second.Hash.ShouldNotBe(first.Hash);
    }

    [Fact]
    public async Task A_manifest_without_variables_needs_no_second_file()
    {
        var plain = Manifest.Replace("$", "");
        (await AcceptAsync(plain, null)).Manifest.Debug.ShouldBeFalse();
        (await ReadAsync(plain, null, debug: true)).Succeeded(out var debug, out _).ShouldBeTrue();
        debug!.Manifest.Debug.ShouldBeTrue();
    }

    [Fact]
    public async Task Tags_become_digests()
    {
        await using var registry = await StandIn.StartAsync((context, _) => context.Response.WriteAsync("{}"));
        var request = await AcceptAsync(
            Manifest.Replace("$", "").Replace(Image, $"{registry.Uri.Authority}/app:1"), null);
        request.Manifest.Containers[0].Image.ShouldStartWith($"{registry.Uri.Authority}/app@sha256:");
        request.Manifest.Containers[1].Image.ShouldBe(request.Manifest.Containers[0].Image);
    }

    [Theory]
    [InlineData("{", Variables, "is not JSON")]
    [InlineData("[]", Variables, "must be a JSON object")]
    [InlineData("{}", Variables, "manifest: must be an object")]
    [InlineData("""{"manifest":{"name":"a","name":"b"}}""", Variables, "is not JSON")]
    [InlineData("""{"manifest":{"name":"a","version":"1"}}""", """{"vars":{}}""", "manifest.containers: is required")]
    [InlineData("""{"manifest":{"name":"a","version":"1","containers":[{"id":"a","image":"NO IMAGE"}]}}""",
        """{"vars":{}}""", "manifest.containers[0].image: is not the name of an image")]
    [InlineData(Manifest, "{}", "vars: must be an object")]
    [InlineData(Manifest, """{"vars":{"publik":{}}}""", "vars.publik: is not a known field")]
    [InlineData(Manifest, """{"vars":{"public":{"PUB":"x"}}}""",
        "vars.public.PUB: must be an object with a string \"value\"")]
    [InlineData(Manifest, """{"vars":{"private":{"PRIV":{"value":"hush","nonce":"n"}}}}""",
        "vars.private.PRIV: must be an object with a string \"value\" and nothing else")]
    [InlineData(Manifest, """{"vars":{"public":{"PUB":{"value":"x"}}}}""",
        "manifest.containers[0].environment.PRIV: the variable PRIV is not defined in manifest.vars")]
    [InlineData(Manifest,
        """{"vars":{"public":{"PUB":{"value":"x"},"MORE":{"value":"x"}},"private":{"PRIV":{"value":"hush"}}}}""",
        "manifest.vars.MORE: is not used by any container")]
    public async Task What_is_wrong_is_said_with_the_file_and_never_a_private_value(
        string manifest, string variables, string expected)
    {
        var failure = (await ReadAsync(manifest, variables, debug: false)).Failure.ShouldNotBeNull();
        failure.Message.ShouldContain(expected);
        failure.Message.ShouldContain(_directory.FullName);
        failure.Message.ShouldNotContain("hush");
    }

    [Fact]
    public async Task A_file_that_is_missing_is_named()
    {
        var reader = new ProjectReader(new RegistryClient(new HttpClient()));
        var path = Path.Combine(_directory.FullName, "none.json");
        (await reader.ReadAsync(path, null, false, TestContext.Current.CancellationToken)).Failure!.Message
            .ShouldBe($"there is no file {path}");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private async Task<ManifestRequest> AcceptAsync(string manifest, string? variables)
    {
        var read = await ReadAsync(manifest, variables, debug: false);
        read.Succeeded(out var request, out var failure).ShouldBeTrue(failure?.Message);
        return request!;
    }

    private async Task<Outcome<ManifestRequest>> ReadAsync(string manifest, string? variables, bool debug)
    {
        using var http = new HttpClient();
        var reader = new ProjectReader(new RegistryClient(http));
        return await reader.ReadAsync(
            Write("codius.json", manifest),
            variables is null ? null : Write("codiusvars.json", variables),
            debug,
            TestContext.Current.CancellationToken);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
