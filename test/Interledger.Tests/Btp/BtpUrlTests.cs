using Interledger.Btp;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Btp;

public sealed class BtpUrlTests
{
    [Theory]
    [InlineData("btp+ws://:secret@127.0.0.1:7768", "ws://127.0.0.1:7768/", "", "secret")]
    [InlineData("btp+ws://user:se:cret@host.example:80/a/b?c=d", "ws://host.example/a/b?c=d", "user", "se:cret")]
    [InlineData("btp+wss://:a%2Fb@host.example", "wss://host.example/", "", "a%2Fb")]
    [InlineData("btp+wss://:a@b@host.example", "wss://host.example/", "", "a@b")]
    [InlineData("ws://user@[::1]:7768", "ws://[::1]:7768/", "user", "")]
    [InlineData(" wss://host.example/p@th ", "wss://host.example/p@th", "", "")]
    public void The_forms_in_use_are_read(string text, string server, string username, string token)
    {
        BtpUrl.TryParse(text, out var url, out var problem).ShouldBeTrue(problem);
        url.Server.AbsoluteUri.ShouldBe(server);
        url.Username.ShouldBe(username);
        url.Token.ShouldBe(token);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("127.0.0.1:7768")]
    [InlineData("http://:secret@host")]
    [InlineData("btp+http://:secret@host")]
    [InlineData("btp+ws://:secret@")]
    [InlineData("btp+ws://:secret@host:port")]
    public void What_is_no_BTP_URL_is_refused_without_repeating_the_secret(string? text)
    {
        BtpUrl.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldNotBeNull().ShouldNotContain("secret");
    }

    [Fact]
    public void The_text_form_leaves_out_the_secret()
    {
        BtpUrl.TryParse("btp+ws://user:secret@127.0.0.1:7768", out var url, out _).ShouldBeTrue();
        $"{url} {url.WithToken("another secret")}".ShouldNotContain("secret");
    }
}
