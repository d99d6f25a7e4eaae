using Codius.Host.Ingress;

namespace Codius.Host.Tests.Ingress;

public sealed class SetCookieTests
{
    [Theory]
    [InlineData("a=b", "a=b")]
    [InlineData("a=b; Domain=host.example; Path=/", "a=b; Path=/")]
    [InlineData("a=b;DOMAIN = .host.example;Secure", "a=b;Secure")]
    [InlineData("a=b; Domain", "a=b")]
    [InlineData("a=b; domain=x; Domain=y; HttpOnly", "a=b; HttpOnly")]
    [InlineData("domain=keep; Path=/domain", "domain=keep; Path=/domain")]
    [InlineData("", "")]
    public void A_domain_attribute_is_taken_out_and_nothing_else(string cookie, string expected) =>
        SetCookie.WithoutDomain(cookie).ShouldBe(expected);
}
