using System.Text;
using Interledger.Addresses;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Addresses;

public sealed class IlpAddressTests
{
    [Theory]
    [InlineData("g.a")]
    [InlineData("private.moneyd.local.c2NA5oQq3KMzs01r7KADqxnxOhPMxwVzEUmWrmYnsvI")]
    [InlineData("private.host.9_g9CqQATowY1rAvH-w9L0Y2~c0c83baeb14df2a24e07127b9a7e8e75")]
    [InlineData("test3.x")]
    [InlineData("peer.config")]
    [InlineData("self.a.b.c")]
    public void Addresses_are_read(string text)
    {
        IlpAddress.TryParse(text, out var address).ShouldBeTrue();
        address.Value.ShouldBe(text);
        IlpAddress.TryParse(Encoding.ASCII.GetBytes(text), out var same).ShouldBeTrue();
        same.ShouldBe(address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("g")]
    [InlineData("g.")]
    [InlineData(".g.a")]
    [InlineData("g..a")]
    [InlineData("g.a.")]
    [InlineData("g.a b")]
    [InlineData("g.é")]
    [InlineData("G.a")]
    [InlineData("what.a")]
    [InlineData("test4.a")]
    [InlineData("g.a/b")]
    public void What_is_no_address_is_refused(string text)
    {
        IlpAddress.TryParse(text, out _).ShouldBeFalse();
        IlpAddress.TryParse(Encoding.UTF8.GetBytes(text), out _).ShouldBeFalse();
    }

    [Fact]
    public void An_address_has_at_most_1023_characters()
    {
        IlpAddress.TryParse("g." + new string('a', 1021), out _).ShouldBeTrue();
        IlpAddress.TryParse("g." + new string('a', 1022), out _).ShouldBeFalse();
        IlpAddress.TryParse(new byte[5000], out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("g.a", "g.a", true)]
    [InlineData("g.a", "g.a.b", true)]
    [InlineData("g.a", "g.ab", false)]
    [InlineData("g.a.b", "g.a", false)]
    public void Prefixes_end_where_segments_end(string prefix, string address, bool expected) =>
        IlpAddress.Parse(prefix).IsPrefixOf(IlpAddress.Parse(address)).ShouldBe(expected);
}
