using Interledger.Http;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Http;

public sealed class HttpTokensTests
{
    private readonly HttpTokens _tokens = new();
    private readonly HttpLink _alice = new(new HttpLinkOptions());
    private readonly HttpLink _bob = new(new HttpLinkOptions());

    [Fact]
    public async Task A_link_may_have_several_tokens_so_that_one_can_be_changed_without_a_gap()
    {
        _tokens.Add("old", _alice);
        _tokens.Add("new", _alice);
        _tokens.Add("bobs", _bob);
        (await _tokens.AuthenticateAsync("old", default)).ShouldBe(_alice);
        (await _tokens.AuthenticateAsync("new", default)).ShouldBe(_alice);
        _tokens.Remove("old").ShouldBeTrue();
        _tokens.Remove("old").ShouldBeFalse();
        (await _tokens.AuthenticateAsync("old", default)).ShouldBeNull();
        _tokens.TryFind("new", out var link).ShouldBeTrue();
        link.ShouldBe(_alice);
        _tokens.TryFind("bobs", out link).ShouldBeTrue();
        link.ShouldBe(_bob);
    }

    [Fact]
    public void A_token_belongs_to_one_link()
    {
        _tokens.Add("same", _alice);
        _tokens.Add("same", _alice);
        Should.Throw<ArgumentException>(() => _tokens.Add("same", _bob)).Message.ShouldNotContain("same");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData("é")]
    public void What_cannot_be_sent_is_no_token(string token) =>
        Should.Throw<ArgumentException>(() => _tokens.Add(token, _alice));

    [Theory]
    [InlineData("Bearer secret", "secret")]
    [InlineData("bearer  secret ", "secret")]
    [InlineData("Bearer a:b", "a:b")]
    [InlineData("Bearer", null)]
    [InlineData("Bearer ", null)]
    [InlineData("Bearersecret", null)]
    [InlineData("Bearer a b", null)]
    [InlineData("Basic secret", null)]
    [InlineData("", null)]
    public void The_token_is_what_follows_the_scheme(string header, string? expected)
    {
        IlpHttp.TryReadToken(header, out var token).ShouldBe(expected is not null);
        if (expected is not null)
            token.ToString().ShouldBe(expected);
    }
}
