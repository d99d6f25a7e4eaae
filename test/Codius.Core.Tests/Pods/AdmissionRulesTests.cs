using System.Text;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Core.Tests.Pods;

public sealed class AdmissionRulesTests
{
    private static readonly string One = "sha256:" + new string('1', 64);
    private static readonly string Two = "sha256:" + new string('2', 64);

    [Fact]
    public void Without_entries_everything_is_taken() => Refuse([], [], $"nginx@{One}").ShouldBeNull();

    [Theory]
    [InlineData("nginx")]
    [InlineData("docker.io/library/nginx")]
    [InlineData("docker.io/library/*")]
    [InlineData("docker.io/*")]
    [InlineData("*")]
    [InlineData("sha256:1111111111111111111111111111111111111111111111111111111111111111")]
    [InlineData("nginx@sha256:1111111111111111111111111111111111111111111111111111111111111111")]
    public void An_image_is_denied_by_its_name_or_digest_however_it_is_written(string denied)
    {
        foreach (var name in new[] { "nginx", "library/nginx", "docker.io/library/nginx" })
        {
            var failure = Refuse([], [denied], $"{name}@{One}").ShouldNotBeNull();
            failure.Kind.ShouldBe(FailureKind.Forbidden);
            failure.Message.ShouldContain("docker.io/library/nginx@" + One);
        }
    }

    [Theory]
    [InlineData("nginx@sha256:2222222222222222222222222222222222222222222222222222222222222222")]
    [InlineData("someone/nginx")]
    [InlineData("ghcr.io/library/nginx")]
    [InlineData("ngin")]
    [InlineData("ghcr.io/*")]
    [InlineData("nginx:1.25")]
    public void Another_image_is_not_denied(string denied) => Refuse([], [denied], $"nginx@{One}").ShouldBeNull();

    [Fact]
    public void One_denied_image_among_several_is_enough() =>
        Refuse([], ["busybox"], $"nginx@{One}", $"busybox@{Two}").ShouldNotBeNull().Message.ShouldContain("busybox");

    [Fact]
    public void Where_some_are_allowed_all_images_must_be()
    {
        Refuse(["nginx"], [], $"nginx@{One}").ShouldBeNull();
        Refuse(["nginx"], [], $"nginx@{One}", $"busybox@{Two}").ShouldNotBeNull().Message
            .ShouldContain("is not among those");
        Refuse(["nginx", Two], [], $"nginx@{One}", $"busybox@{Two}").ShouldBeNull();
    }

    [Fact]
    public void What_is_denied_is_refused_though_it_is_allowed() =>
        Refuse(["docker.io/*"], [One], $"nginx@{One}").ShouldNotBeNull();

    [Fact]
    public void A_manifest_is_allowed_or_denied_by_its_hash()
    {
        var manifest = Manifest($"nginx@{One}");
        Rules([], [manifest.Hash.Value]).Refuse(manifest).ShouldNotBeNull().Message.ShouldContain(manifest.Hash.Value);
        Rules(["busybox", manifest.Hash.Value], []).Refuse(manifest).ShouldBeNull();
        Rules(["busybox"], []).Refuse(manifest).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("UPPER/case@")]
    [InlineData("a*b*")]
    [InlineData("name@sha256:12")]
    public void What_names_nothing_is_no_entry(string text) => AdmissionEntry.TryParse(text, out _).ShouldBeFalse();

    private static Failure? Refuse(string[] allowed, string[] denied, params string[] images) =>
        Rules(allowed, denied).Refuse(Manifest(images));

    private static AdmissionRules Rules(string[] allowed, string[] denied) => new(Read(allowed), Read(denied));

    private static List<AdmissionEntry> Read(string[] texts) => [.. texts.Select(text =>
    {
        AdmissionEntry.TryParse(text, out var entry).ShouldBeTrue(text);
        return entry!;
    })];

    private static Manifest Manifest(params string[] images)
    {
        var containers = string.Join(',', images.Select((image, i) => $"{{\"id\":\"c{i}\",\"image\":\"{image}\"}}"));
        var json = $"{{\"name\":\"a\",\"version\":\"1\",\"containers\":[{containers}]}}";
        Core.Manifests.Manifest.TryRead(Encoding.UTF8.GetBytes(json), ManifestRules.Quote, out var read, out var errors)
            .ShouldBeTrue(errors?.ToString());
        return read!;
    }
}
