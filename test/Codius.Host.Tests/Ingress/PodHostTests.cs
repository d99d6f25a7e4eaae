using Codius.Core.Manifests;
using Codius.Host.Ingress;

namespace Codius.Host.Tests.Ingress;

public sealed class PodHostTests
{
    private const string Hash = "mk7vwffqpk2xj425wwqvna7xtqzluafrc2at7iiaqw6vjwx6nz3q";

    [Theory]
    [InlineData(Hash)]
    [InlineData(Hash + ".host.example")]
    [InlineData(Hash + ".host.example:3000")]
    [InlineData(Hash + ".localhost:3000")]
    [InlineData(Hash + ".other.test.")]
    [InlineData(Hash + ".")]
    [InlineData(Hash + ":80")]
    [InlineData("MK7VWFFQPK2XJ425WWQVNA7XTQZLUAFRC2AT7IIAQW6VJWX6NZ3Q.Host.Example")]
    public void A_first_label_that_is_a_hash_addresses_its_pod(string host)
    {
        PodHost.TryRead(host, out var hash).ShouldBeTrue();
        hash.Value.ShouldBe(Hash);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("host.example:3000")]
    [InlineData("a." + Hash + ".host.example")]
    [InlineData("a" + Hash + ".host.example")]
    [InlineData("k7vwffqpk2xj425wwqvna7xtqzluafrc2at7iiaqw6vjwx6nz3q.host.example")]
    [InlineData("0k7vwffqpk2xj425wwqvna7xtqzluafrc2at7iiaqw6vjwx6nz3q.host.example")]
    [InlineData("user@" + Hash + ".host.example")]
    [InlineData(Hash + "@host.example")]
    [InlineData("\u017fk7vwffqpk2xj425wwqvna7xtqzluafrc2at7iiaqw6vjwx6nz3q.host.example")]
    [InlineData("[::1]:3000")]
    public void Everything_else_addresses_the_host(string? host) => PodHost.TryRead(host, out _).ShouldBeFalse();

    [Fact]
    public void A_hash_is_never_read_from_a_longer_label() =>
        PodHost.TryRead(new string('a', ManifestHash.Length + 1), out _).ShouldBeFalse();
}
