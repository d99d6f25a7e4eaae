using Codius.Core;
using Codius.Core.Pods;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>Pulls from a real registry, and from scripted ones that misbehave.</summary>
[Trait("Suite", "runtime")]
public sealed class RegistryPullTests(ContainerdFixture fixture) : IClassFixture<ContainerdFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_is_pulled_by_its_digest_and_from_then_on_present_without_its_registry()
    {
        var image = ContainerdFixture.Reference(await fixture.Registry.PushAsync(fixture.Sample.Archive, "apps/hello"));
        (await fixture.Runtime.PullAsync(image, Stop)).Succeeded(out var pulled, out var failure)
            .ShouldBeTrue(failure?.Message);
        pulled!.SizeBytes.ShouldBeGreaterThan(100_000);

        await using var gone = new ScriptedRegistry((_, _) => throw new InvalidOperationException("asked again"));
        (await fixture.Runtime.PullAsync(image, Stop)).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task A_registry_that_nobody_answers_for_is_unreachable_and_worth_another_try()
    {
        var failure = await FailureAsync($"127.0.0.1:{FreePort.Next()}/a@sha256:{new string('1', 64)}");
        failure.Kind.ShouldBe(FailureKind.ImageUnavailable);
        failure.Blame.ShouldBe(Blame.Upstream);
        failure.Retryable.ShouldBeTrue();
        failure.Message.ShouldContain("cannot be reached");
    }

    [Fact]
    public async Task An_image_for_members_only_is_refused()
    {
        await using var registry = new ScriptedRegistry((_, response) => response.StatusCode = 401);
        var failure = await FailureAsync($"{registry.Host}/private@sha256:{new string('1', 64)}");
        failure.Kind.ShouldBe(FailureKind.ImageRefused);
        failure.Blame.ShouldBe(Blame.Caller);
        failure.Message.ShouldContain("only to those it knows");
    }

    [Fact]
    public async Task A_token_for_strangers_is_asked_for_where_the_registry_says()
    {
        await using var registry = new ScriptedRegistry((request, response) =>
        {
            if (request.Path.StartsWith("/token"))
                response.Body = """{"token":"for-strangers"}""";
            else if (request.Authorization != "Bearer for-strangers")
                (response.StatusCode, response.Challenge) =
                    (401, $"Bearer realm=\"http://{request.Host}/token\",service=\"it\",scope=\"repository:a:pull\"");
            else
                response.StatusCode = 404;
        });
        (await FailureAsync($"{registry.Host}/a@sha256:{new string('1', 64)}")).Kind
            .ShouldBe(FailureKind.ImageNotFound);
        registry.Requests.ShouldContain(r => r.Contains("/token?service=it&scope=repository%3Aa%3Apull"));
    }

    [Fact]
    public async Task An_image_for_another_platform_is_refused()
    {
        await using var registry = new ScriptedRegistry((_, response) => response.Body =
            """{"schemaVersion":2,"manifests":[{"digest":"sha256:0","size":1,"platform":{"os":"windows","architecture":"amd64"}}]}""");
        var failure = await FailureAsync($"{registry.Host}/windows:latest");
        failure.Kind.ShouldBe(FailureKind.ImageRefused);
        failure.Message.ShouldContain("platform");
    }

    [Fact]
    public async Task An_image_that_is_too_large_is_refused_before_it_is_fetched()
    {
        await using var registry = new ScriptedRegistry((_, response) => response.Body =
            """{"schemaVersion":2,"config":{"size":1},"layers":[{"size":9000000000}]}""");
        var failure = await FailureAsync($"{registry.Host}/large:latest");
        failure.Kind.ShouldBe(FailureKind.ImageRefused);
        failure.Message.ShouldContain("9000000001");
        registry.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_has_another_digest_than_was_asked_for_is_refused()
    {
        await using var registry = new ScriptedRegistry((_, response) => response.Body =
            """{"layers":[],"config":{"size":1}}""");
        var failure = await FailureAsync($"{registry.Host}/forged@sha256:{new string('1', 64)}");
        failure.Kind.ShouldBe(FailureKind.ImageRefused);
        failure.Message.ShouldContain("digest");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"layers":5}""")]
    [InlineData("""{"config":{"size":1},"layers":[{"size":-5}]}""")]
    [InlineData("""{"config":{"size":9223372036854775807},"layers":[{"size":1}]}""")]
    public async Task A_manifest_that_makes_no_sense_is_refused(string body)
    {
        await using var registry = new ScriptedRegistry((_, response) => response.Body = body);
        (await FailureAsync($"{registry.Host}/broken:latest")).Kind.ShouldBe(FailureKind.ImageRefused);
    }

    [Theory]
    [InlineData("127.0.0.1:5000/a")]
    [InlineData("localhost:5000/a")]
    [InlineData("10.0.0.1:5000/a")]
    [InlineData("169.254.169.254/latest")]
    public async Task Registries_on_private_networks_are_refused_unless_the_operator_allows_them(string image)
    {
        await using var runtime = fixture.RuntimeBeside(options => options.AllowPrivateRegistries = false);
        var failure = (await runtime.PullAsync(ContainerdFixture.Reference(image), Stop)).Failure.ShouldNotBeNull();
        failure.Kind.ShouldBe(FailureKind.ImageRefused);
        failure.Message.ShouldContain("private network");
    }

    [Fact]
    public async Task A_registry_that_never_answers_costs_the_time_limit_and_no_more()
    {
        await using var runtime = fixture.RuntimeBeside(options => options.PullTimeout = TimeSpan.FromSeconds(1));
        await using var registry = new ScriptedRegistry((_, response) => response.Never = true);
        var failure = (await runtime.PullAsync(ContainerdFixture.Reference($"{registry.Host}/slow:latest"), Stop))
            .Failure.ShouldNotBeNull();
        failure.Kind.ShouldBe(FailureKind.ImageUnavailable);
        failure.Message.ShouldContain("within 1 s");
    }

    [Fact]
    public async Task An_image_is_chosen_for_this_platform_from_a_list_and_runs()
    {
        var image = await fixture.Registry.PushAsync(fixture.Sample.Archive, "apps/listed");
        var digest = image[(image.IndexOf('@') + 1)..];
        using var http = new HttpClient();
        var address = $"http://{fixture.Registry.Host}/v2/apps/listed/manifests/";
        using var asked = new HttpRequestMessage(HttpMethod.Get, address + digest);
        asked.Headers.Accept.ParseAdd("application/vnd.oci.image.manifest.v1+json");
        var size = (await (await http.SendAsync(asked, Stop)).Content.ReadAsByteArrayAsync(Stop)).Length;
        var index = $$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
            {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{digest}}}","size":{{{size}}},
            "platform":{"os":"linux","architecture":"{{{Images.RegistryClient.Architecture}}}"}}]}
            """;
        var body = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(index));
        body.Headers.ContentType = new("application/vnd.oci.image.index.v1+json");
        (await http.PutAsync(address + "all", body, Stop)).EnsureSuccessStatusCode();
        var name = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(await body.ReadAsByteArrayAsync(Stop)));

        var listed = ContainerdFixture.Reference($"{fixture.Registry.Host}/apps/listed@sha256:{name}");
        (await fixture.Runtime.PullAsync(listed, Stop)).Succeeded(out _, out var failure)
            .ShouldBeTrue(failure?.Message);
        var spec = new PodSpec(
            PodId.New(),
            Core.Manifests.ManifestHash.OfCanonicalJson([1, 2, 3]),
            ResourceLimits.Small,
            [new ContainerSpec("app", listed, ["true"], null, new Dictionary<string, string>())]);
        (await fixture.Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await fixture.Runtime.StartAsync(spec.Id, Stop)).Failure.ShouldBeNull();
        await fixture.Runtime.RemoveAsync(spec.Id, Stop);
    }

    [Fact]
    public async Task A_little_that_unpacks_to_much_is_refused_and_nothing_of_it_stays()
    {
        await using var runtime = fixture.RuntimeBeside(options => options.MaxUnpackedBytes = 32 * 1024 * 1024);
        var failure = await RefusedAsync(runtime, LayeredImage.Zeros(64 * 1024 * 1024));
        failure.Message.ShouldContain("more than 33554432 bytes when it is unpacked");
        Directory.EnumerateFileSystemEntries(fixture.Options.RootDirectory + "/downloads").ShouldBeEmpty();
    }

    [Fact]
    public async Task An_image_of_too_many_files_is_refused()
    {
        await using var runtime = fixture.RuntimeBeside(options => options.MaxImageFiles = 100);
        var failure = await RefusedAsync(runtime, LayeredImage.Layer(tar =>
        {
            for (var i = 0; i < 101; i++)
                LayeredImage.Add(tar, $"{i}", []);
        }));
        failure.Message.ShouldContain("more than 100 files");
    }

    [Fact]
    public async Task An_image_of_too_many_layers_is_refused_before_it_is_fetched()
    {
        await using var runtime = fixture.RuntimeBeside(options => options.MaxImageLayers = 10);
        var layers = Enumerable.Range(0, 11).Select(i => LayeredImage.Zeros(i)).ToArray();
        (await RefusedAsync(runtime, layers)).Message.ShouldContain("it has 11 layers");
    }

    [Fact]
    public async Task A_part_that_never_ends_is_read_no_further_than_it_should_be()
    {
        const string Manifest = """
            {"schemaVersion":2,"config":{"size":10,"digest":"sha256:DIGEST"},"layers":[{"size":10,"digest":"sha256:DIGEST"}]}
            """;
        await using var registry = new ScriptedRegistry((request, response) => response.Body =
            request.Path.Contains("/manifests/")
                ? Manifest.Replace("DIGEST", new string('1', 64))
                : new string('x', 100_000));
        (await FailureAsync($"{registry.Host}/long:latest")).Message.ShouldContain("longer than it says");
    }

    private async Task<Failure> RefusedAsync(ContainerdPodRuntime runtime, params byte[][] layers)
    {
        using var files = new TemporaryDirectory();
        var archive = LayeredImage.Write(files["image.tar"], layers);
        var image = await fixture.Registry.PushAsync(archive, "apps/" + Guid.NewGuid().ToString("n"));
        var failure = (await runtime.PullAsync(ContainerdFixture.Reference(image), Stop)).Failure.ShouldNotBeNull();
        failure.Kind.ShouldBe(FailureKind.ImageRefused);
        failure.Blame.ShouldBe(Blame.Caller);
        return failure;
    }

    private async Task<Failure> FailureAsync(string image) =>
        (await fixture.Runtime.PullAsync(ContainerdFixture.Reference(image), Stop)).Failure.ShouldNotBeNull();
}
