using System.Security.Cryptography;
using System.Text;
using Codius.Core.Leases;
using FsCheck;
using FsCheck.Fluent;

namespace Codius.Core.Tests.Leases;

public sealed class CreditSecretTests
{
    [Fact]
    public void A_new_secret_is_read_back_and_no_other_is_like_it()
    {
        var secrets = Enumerable.Range(0, 1000).Select(_ => CreditSecret.New()).ToArray();

        secrets.Distinct().Count().ShouldBe(secrets.Length);
        secrets.ShouldAllBe(secret => IsReadBack(secret));
    }

    [Fact]
    public void The_host_knows_a_credit_by_the_hash_of_its_secret()
    {
        var secret = CreditSecret.New();

        secret.Id.Hex.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret.Value))));
        secret.Id.Hex.ShouldNotContain(secret.Value);
    }

    [Fact]
    public void A_secret_does_not_print_itself()
    {
        var secret = CreditSecret.New();

        $"{secret} {new { secret }}".ShouldNotContain(secret.Value);
    }

    [Theory]
    [InlineData(22)]
    [InlineData(128)]
    public void A_secret_may_have_22_to_128_characters(int length)
    {
        CreditSecret.TryParse(new string('x', length), out var secret).ShouldBeTrue();
        secret.Value.Length.ShouldBe(length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("123456789012345678901")]
    [InlineData("1234567890123456789012=")]
    [InlineData("1234567890123456789012 ")]
    [InlineData("12345678901234567890+/")]
    [InlineData("12345678901234567890,x")]
    [InlineData("123456789012345678901é")]
    [InlineData("123456789012345678901٣")]
    public void What_is_no_secret_is_refused(string? header)
    {
        CreditSecret.TryParse(header, out var secret).ShouldBeFalse();
        secret.ShouldBe(default);
    }

    [Fact]
    public void A_secret_of_129_characters_is_refused() =>
        CreditSecret.TryParse(new string('x', 129), out _).ShouldBeFalse();

    [Fact]
    public void What_is_read_is_kept_as_it_was() =>
        Prop.ForAll<string?>(header => !CreditSecret.TryParse(header, out var secret) || secret.Value == header)
            .QuickCheckThrowOnFailure();

    private static bool IsReadBack(CreditSecret secret) =>
        CreditSecret.TryParse(secret.Value, out var read) && read == secret && read.Id == secret.Id;
}
