using System.Text;
using Interledger.Connector.Accounts;
using Interledger.Connector.Routes;
using Interledger.Links;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Routes;

public sealed class RouteTableTests
{
    private readonly ConnectorBench _bench = new();
    private readonly RouteTable _table = new();

    [Theory]
    [InlineData("g.a.b.c", "ab")]
    [InlineData("g.a.b", "ab")]
    [InlineData("g.a.bb", "a")]
    [InlineData("g.a", "a")]
    [InlineData("g.ab", "g")]
    [InlineData("test.a.b", "all")]
    public void The_longest_prefix_of_whole_segments_wins(string destination, string account)
    {
        Set("", "all");
        Set("g", "g");
        Set("g.a", "a");
        Set("g.a.b", "ab");
        _table.TryFind(Encoding.ASCII.GetBytes(destination), out var route).ShouldBeTrue();
        route.Account.Id.ShouldBe(account);
    }

    [Fact]
    public void Without_a_route_nothing_is_found()
    {
        Set("g.a", "a");
        _table.TryFind("g.b"u8, out _).ShouldBeFalse();
        _table.TryFind("g"u8, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_route_is_removed_only_for_the_account_that_it_leads_to()
    {
        var a = Set("g.a", "a");
        var b = Set("g.b", "b");
        _table.Remove("g.a", b);
        _table.TryFind("g.a.x"u8, out _).ShouldBeTrue();
        _table.Remove("g.a", a);
        _table.TryFind("g.a.x"u8, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("g.")]
    [InlineData(".")]
    [InlineData("nowhere")]
    [InlineData("g.a b")]
    public void What_is_no_prefix_of_addresses_is_refused(string prefix) =>
        Should.Throw<FormatException>(() => Set(prefix, "a"));

    private AccountState Set(string prefix, string id)
    {
        var account = _bench.Connector.AddAccount(
            ConnectorBench.Child(id), InMemoryLink.CreatePair().Left);
        _table.Set(prefix, account);
        return account;
    }
}
