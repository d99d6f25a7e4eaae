using System.Net;
using Codius.Core;
using Codius.Host.Payments;
using Codius.Testing.Time;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Payments;

public sealed class UnpaidWorkTests
{
    [Fact]
    public void Whoever_never_pays_has_to_wait_and_others_have_not()
    {
        var clock = new TestClock();
        var work = new UnpaidWork(
            new PaymentOptions { MaxUnpaidPerCaller = 3, UnpaidWindow = TimeSpan.FromMinutes(10) }, clock);
        for (var i = 0; i < 3; i++)
        {
            work.Refuse("a").ShouldBeNull();
            work.Add("a");
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        var refusal = work.Refuse("a").ShouldNotBeNull();
        refusal.Kind.ShouldBe(FailureKind.TooManyRequests);
        refusal.Message.ShouldContain("420 seconds");
        work.Refuse("b").ShouldBeNull();
        clock.Advance(TimeSpan.FromMinutes(7));
        work.Refuse("a").ShouldBeNull();
        work.Add("a");
        work.Refuse("a").ShouldNotBeNull("two are left from before");
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.250", true)]
    [InlineData("192.0.2.1", "192.0.3.1", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void A_caller_is_his_network(string one, string other, bool same) =>
        (CallerAddress.NetworkOf(IPAddress.Parse(one)) == CallerAddress.NetworkOf(IPAddress.Parse(other)))
            .ShouldBe(same);

    [Theory]
    [InlineData("127.0.0.1", "203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.1", "6.6.6.6, 203.0.113.7", "203.0.113.7")]
    [InlineData("::1", "2001:db8::7", "2001:db8::7")]
    [InlineData("127.0.0.1", "nonsense", "127.0.0.1")]
    [InlineData("127.0.0.1", "", "127.0.0.1")]
    [InlineData("198.51.100.1", "203.0.113.7", "203.0.113.7")]
    [InlineData("198.51.100.2", "203.0.113.7", "198.51.100.2")]
    public void Only_proxies_of_the_operator_say_for_whom_they_ask(string from, string forwarded, string caller)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(from);
        context.Request.Headers["X-Forwarded-For"] = forwarded;
        CallerAddress.Of(context, new PaymentOptions { TrustedProxies = ["198.51.100.1"] })
            .ShouldBe(CallerAddress.NetworkOf(IPAddress.Parse(caller)));
    }
}
