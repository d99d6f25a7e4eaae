using Codius.Client.Hosts;
using Codius.Client.Tests.Testing;

namespace Codius.Client.Tests.Hosts;

public sealed class HostUriTests
{
    [Theory]
    [InlineData("https://host.example", "https://host.example/")]
    [InlineData("http://host.example:3000/pods?x=1", "http://host.example:3000/")]
    [InlineData("host.example", "https://host.example/")]
    [InlineData("host.example:3000", "https://host.example:3000/")]
    [InlineData("localhost:3000", "http://localhost:3000/")]
    [InlineData("127.0.0.1:3000", "http://127.0.0.1:3000/")]
    [InlineData("[::1]:3000", "http://[::1]:3000/")]
    [InlineData("https://localhost:3000", "https://localhost:3000/")]
    public void A_host_is_named_as_people_do(string text, string expected)
    {
        HostUri.TryParse(text, out var host).ShouldBeTrue();
        host!.AbsoluteUri.ShouldBe(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("ftp://host.example")]
    [InlineData("https://user:password@host.example")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://")]
    public void What_is_no_host_is_refused(string? text) => HostUri.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(HostScript.Hash, null)]
    [InlineData("http://" + HostScript.Hash + ".host.example:3000/", "http://host.example:3000/")]
    [InlineData("https://" + HostScript.Hash + ".host.example", "https://host.example/")]
    [InlineData(HostScript.Hash + ".host.example", "https://host.example/")]
    [InlineData("http://" + HostScript.Hash + ".localhost:3000/", "http://localhost:3000/")]
    public void A_pod_is_named_by_hash_or_address(string text, string? expectedHost)
    {
        HostUri.TryParsePod(text, out var hash, out var host).ShouldBeTrue();
        hash.Value.ShouldBe(HostScript.Hash);
        host?.AbsoluteUri.ShouldBe(expectedHost);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("host.example")]
    [InlineData("https://www.host.example")]
    public void What_is_no_pod_is_refused(string? text) => HostUri.TryParsePod(text, out _, out _).ShouldBeFalse();
}
