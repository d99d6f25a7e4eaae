using Interledger.Receipts;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Receipts;

/// <summary>What a receiver needs for receipts travels in its address.</summary>
public sealed class ReceiptTokenTests
{
    private readonly StreamTokens _tokens = new(new byte[32]);
    private readonly ReceiptSetup _setup = new ReceiptVerifier(new byte[32]).CreateSetup();

    [Theory]
    [InlineData("")]
    [InlineData("a-tag~with_everything")]
    public void Only_the_server_reads_it_again(string tag)
    {
        var token = _tokens.Create(tag, _setup);
        StreamTokens.TagOf(token).ToString().ShouldBe(tag);
        _tokens.TryReadReceipts(token, out var read).ShouldBeTrue();
        read.Nonce.ToArray().ShouldBe(_setup.Nonce.ToArray());
        read.Secret.ToArray().ShouldBe(_setup.Secret.ToArray());
        new StreamTokens([.. Enumerable.Repeat((byte)1, 32)]).TryReadReceipts(token, out _).ShouldBeFalse();
        _tokens.Create(tag, _setup).ShouldNotBe(token);
    }

    [Fact]
    public void A_token_without_it_or_with_another_one_is_no_other_connection()
    {
        _tokens.TryReadReceipts(StreamTokens.Create("tag"), out _).ShouldBeFalse();
        _tokens.TryReadReceipts("", out _).ShouldBeFalse();
        _tokens.TryReadReceipts(new string('é', 110), out _).ShouldBeFalse();
        var token = _tokens.Create("", _setup).ToCharArray();
        for (var i = 0; i < token.Length; i++)
        {
            var before = token[i];
            token[i] = before == 'A' ? 'B' : 'A';
            _tokens.TryReadReceipts(token, out _).ShouldBeFalse();
            token[i] = before;
        }

        _tokens.TryReadReceipts(token, out _).ShouldBeTrue();
    }
}
