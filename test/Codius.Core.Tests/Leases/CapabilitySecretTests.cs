using Codius.Core.Leases;

namespace Codius.Core.Tests.Leases;

public sealed class CapabilitySecretTests
{
    [Fact]
    public void One_that_was_made_can_be_read()
    {
        var made = CapabilitySecret.New();
        CapabilitySecret.TryParse(made.Value, out var read).ShouldBeTrue();
        read.Id.ShouldBe(made.Id);
        CapabilitySecret.New().Id.ShouldNotBe(made.Id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("123456789012345678901")]
    [InlineData("1234567890 234567890123")]
    [InlineData("1234567890+234567890123")]
    public void What_can_be_guessed_or_has_other_letters_is_none(string? text) =>
        CapabilitySecret.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void It_does_not_print_itself() => CapabilitySecret.New().ToString().ShouldBe("(capability secret)");
}
