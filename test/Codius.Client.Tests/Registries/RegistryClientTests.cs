using System.Security.Cryptography;
using System.Text;
using Codius.Client.Registries;
using Codius.Client.Tests.Testing;
using Codius.Core;
using Microsoft.AspNetCore.Http;

namespace Codius.Client.Tests.Registries;

public sealed class RegistryClientTests
{
    private const string Manifest = """{"schemaVersion":2}""";

    private static readonly string Digest =
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Manifest)));

    [Theory]
    [InlineData("app", "app", "latest")]
    [InlineData("app:1.2", "app", "1.2")]
    [InlineData("team/app:v1", "team/app", "v1")]
    public async Task A_tag_becomes_the_digest_of_its_manifest(string name, string repository, string tag)
    {
        await using var registry = await StandIn.StartAsync((context, _) => context.Response.WriteAsync(Manifest));
        var resolved = await ResolveAsync(registry, name);
        resolved.Succeeded(out var image, out var failure).ShouldBeTrue(failure?.Message);
        image.ShouldBe($"{registry.Uri.Authority}/{repository}@{Digest}");
        var asked = registry.Asked.ShouldHaveSingleItem();
        asked.Path.ShouldBe($"/v2/{repository}/manifests/{tag}");
        asked.Headers["Accept"].ShouldContain("application/vnd.oci.image.index.v1+json");
    }

    [Fact]
    public async Task A_name_with_a_digest_is_left_alone()
    {
        await using var registry = await StandIn.StartAsync((_, _) => Task.CompletedTask);
        var name = $"{registry.Uri.Authority}/app@sha256:{new string('a', 64)}";
        (await new RegistryClient(registry.Http).ResolveAsync(name, Cancellation)).Succeeded(out var same, out _);
        same.ShouldBe(name);
        registry.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_registry_that_wants_a_token_gets_one()
    {
        StandIn? self = null;
        await using var registry = await StandIn.StartAsync((context, asked) =>
        {
            if (asked.Path.StartsWith("/token?account=a&scope=", StringComparison.Ordinal))
                return context.Response.WriteAsync("""{"token":"opaque"}""");
            if (asked.Headers.GetValueOrDefault("Authorization") == "Bearer opaque")
                return context.Response.WriteAsync(Manifest);
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate =
                $"Bearer realm=\"{self!.Uri}token?account=a\",service=\"registry.example\","
                + "scope=\"repository:app:pull\"";
            return Task.CompletedTask;
        });
        self = registry;
        (await ResolveAsync(registry, "app")).Succeeded(out var image, out var failure).ShouldBeTrue(failure?.Message);
        image.ShouldEndWith(Digest);
        registry.Asked[1].Path.ShouldBe("/token?account=a&scope=repository%3Aapp%3Apull&service=registry.example");
    }

    [Theory]
    [InlineData("Basic realm=\"x\"")]
    [InlineData("Bearer realm=\"http://registry.example/token\"")]
    [InlineData("Bearer")]
    public async Task A_registry_that_wants_a_password_is_refused(string challenge)
    {
        await using var registry = await StandIn.StartAsync((context, _) =>
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = challenge;
            return Task.CompletedTask;
        });
        (await ResolveAsync(registry, "app")).Failure!.Kind.ShouldBe(FailureKind.ImageRefused);
        registry.Asked.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(404, FailureKind.ImageNotFound)]
    [InlineData(500, FailureKind.ImageUnavailable)]
    public async Task What_the_registry_does_not_give_is_a_failure(int status, FailureKind expected)
    {
        await using var registry = await StandIn.StartAsync((context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        (await ResolveAsync(registry, "app")).Failure!.Kind.ShouldBe(expected);
    }

    [Fact]
    public async Task A_registry_that_is_not_there_is_named()
    {
        var registry = await StandIn.StartAsync((_, _) => Task.CompletedTask);
        await registry.DisposeAsync();
        using var http = new HttpClient();
        var resolved = await new RegistryClient(http).ResolveAsync($"{registry.Uri.Authority}/app", Cancellation);
        resolved.Failure!.Kind.ShouldBe(FailureKind.ImageUnavailable);
        resolved.Failure.Message.ShouldContain(registry.Uri.Authority);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Task<Outcome<string>> ResolveAsync(StandIn registry, string name) =>
        new RegistryClient(registry.Http).ResolveAsync($"{registry.Uri.Authority}/{name}", Cancellation);
}
