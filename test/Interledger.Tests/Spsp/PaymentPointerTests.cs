using Interledger.Spsp;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Spsp;

public sealed class PaymentPointerTests
{
    [Theory]
    [InlineData("$example.com", "https://example.com/.well-known/pay")]
    [InlineData("$example.com/", "https://example.com/.well-known/pay")]
    [InlineData("$example.com/invoices/12345", "https://example.com/invoices/12345")]
    [InlineData("$bob.example.com", "https://bob.example.com/.well-known/pay")]
    [InlineData("$example.com/bob", "https://example.com/bob")]
    [InlineData("$Example.COM/Bob", "https://example.com/Bob")]
    [InlineData("$example.com/bob/", "https://example.com/bob/")]
    [InlineData("$example.com//", "https://example.com//")]
    [InlineData("$example.com/~a!$&'()*+,;=:@-._b", "https://example.com/~a!$&'()*+,;=:@-._b")]
    [InlineData("$example.com/%C3%A9", "https://example.com/%C3%A9")]
    [InlineData("$127.0.0.1/bob", "https://127.0.0.1/bob")]
    [InlineData("$[::1]/bob", "https://[::1]/bob")]
    [InlineData("$xn--exmple-cua.com", "https://xn--exmple-cua.com/.well-known/pay")]
    public void A_payment_pointer_stands_for_a_URL(string text, string endpoint)
    {
        PaymentPointer.TryParse(text, out var pointer).ShouldBeTrue();
        pointer.Endpoint.AbsoluteUri.ShouldBe(endpoint);
        PaymentPointer.TryParse(pointer.ToString(), out var again).ShouldBeTrue();
        again.ShouldBe(pointer);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("$")]
    [InlineData("$/")]
    [InlineData("$/bob")]
    [InlineData("example.com")]
    [InlineData("https://example.com")]
    [InlineData("$$example.com")]
    [InlineData(" $example.com")]
    [InlineData("$example.com ")]
    [InlineData("$example.com\n")]
    [InlineData("$example.com:443")]
    [InlineData("$example.com:8080/bob")]
    [InlineData("$alice@example.com")]
    [InlineData("$alice:secret@example.com/bob")]
    [InlineData("$example.com?amount=10")]
    [InlineData("$example.com/bob?amount=10")]
    [InlineData("$example.com#bob")]
    [InlineData("$example.com/bob#x")]
    [InlineData("$example.com\\bob")]
    [InlineData("$example.com/bob\\x")]
    [InlineData("$example.com/b ob")]
    [InlineData("$example.com/bób")]
    [InlineData("$exämple.com/bob")]
    [InlineData("$example.com/%")]
    [InlineData("$example.com/%4")]
    [InlineData("$example.com/%zz")]
    [InlineData("$example.com/a/../b")]
    [InlineData("$example.com/./b")]
    [InlineData("$example.com/%2e%2E/b")]
    [InlineData("$[example.com]/bob")]
    [InlineData("$[::1/bob")]
    [InlineData("$example..com")]
    public void What_has_more_or_less_than_host_and_path_is_none(string? text)
    {
        PaymentPointer.TryParse(text, out var pointer).ShouldBeFalse();
        pointer.ShouldBe(default);
    }

    [Fact]
    public void One_that_is_very_long_is_none()
    {
        PaymentPointer.TryParse($"$example.com/{new string('a', 2035)}", out _).ShouldBeTrue();
        PaymentPointer.TryParse($"$example.com/{new string('a', 2036)}", out _).ShouldBeFalse();
        Should.Throw<InvalidOperationException>(static () => default(PaymentPointer).Endpoint);
    }
}
