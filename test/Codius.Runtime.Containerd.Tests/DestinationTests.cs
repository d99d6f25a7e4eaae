using Codius.Runtime.Containerd.Network;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

public sealed class DestinationTests
{
    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3/32", null)]
    [InlineData("10.1.2.0/24", "10.1.2.0/24", null)]
    [InlineData("10.1.2.0/24:443", "10.1.2.0/24", 443)]
    [InlineData("0.0.0.0/0", "0.0.0.0/0", null)]
    [InlineData("10.1.2.3:65535", "10.1.2.3/32", 65535)]
    public void An_address_or_a_range_may_have_a_port(string text, string network, int? port)
    {
        Destination.TryParse(text, out var destination).ShouldBeTrue();
        destination.Network.ToString().ShouldBe(network);
        ((int?)destination.Port).ShouldBe(port);
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("10.1.2.3/24")]
    [InlineData("10.1")]
    [InlineData("010.1.2.3")]
    [InlineData("10.1.2.0/33")]
    [InlineData("10.1.2.0/24:0")]
    [InlineData("10.1.2.0/24:65536")]
    [InlineData("10.1.2.0/24:")]
    [InlineData("10.1.2.0/24:80:80")]
    [InlineData("2001:db8::/32")]
    [InlineData("10.1.2.0/24 }; flush ruleset")]
    public void Anything_else_is_refused_by_its_name(string text)
    {
        Destination.TryParse(text, out _).ShouldBeFalse();
        new ContainerdOptions { Network = { Blocked = [text] } }.Validate()
            .ShouldHaveSingleItem().ShouldStartWith($"Network:Blocked contains '{text}'");
    }

    [Fact]
    public void What_is_within_another_of_the_same_port_is_left_out()
    {
        string[] texts =
            ["10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16:80", "10.1.1.0/24:80", "10.1.1.0/24:81", "10.0.0.0/8"];
        Destination.WithoutOverlaps(texts.Select(t => Destination.TryParse(t, out var d) ? d : default))
            .Select(d => $"{d.Network}:{d.Port}")
            .ShouldBe(["10.0.0.0/8:", "10.1.0.0/16:80", "10.1.1.0/24:81"]);
    }

    [Theory]
    [InlineData("127.0.0.53")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("dns.example")]
    public void A_name_server_that_pods_cannot_reach_is_refused(string server) =>
        new ContainerdOptions { DnsServers = [server] }.Validate().ShouldHaveSingleItem().ShouldContain(server);
}
