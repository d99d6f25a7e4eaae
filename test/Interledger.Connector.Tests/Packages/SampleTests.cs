using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Packages;

public sealed class SampleTests
{
    [Fact]
    public async Task A_payment_leaves_one_program_passes_another_and_arrives_at_a_third()
    {
        var (port, web) = (FreePort.Next(), $"http://127.0.0.1:{FreePort.Next()}");
        await using var connector = RunningProgram.Start(Samples.Program("connector", $"{port}"));
        await connector.WaitForLineAsync(static line => line.Contains("has an account"));
        await using var receiver = RunningProgram.Start(Samples.Program("receive", Url("bob"), web));
        await receiver.WaitForLineAsync(static line => line.Contains("can be paid"));

        var paid = await RunningProgram.RunAsync(
            Samples.Program("pay", Url("alice"), web + "/.well-known/pay", "1000000"));
        paid.EnsureSuccess().Output.ShouldContain("Completed: 1000000 sent, 1000000 arrived");
        await receiver.WaitForLineAsync(static line => line == "received 1000000 of EUR (scale 9)");

        await connector.WriteLineAsync("");
        (await connector.WaitForExitAsync()).ShouldBe(0);
        connector.OutputLines.Select(static line => line.Split(": ")[^1]).ShouldContain("-1000000");
        (await receiver.StopAsync()).ShouldBe(0);

        string Url(string secret) => $"btp+ws://:{secret}@127.0.0.1:{port}";
    }

    [Theory]
    [InlineData("pay")]
    [InlineData("receive")]
    [InlineData("connector")]
    public void A_program_is_short_and_stands_in_both_READMEs_as_it_is(string name)
    {
        var source = Samples.SourceOf(name);
        source.Split('\n').Length.ShouldBeLessThanOrEqualTo(30);
        foreach (var library in (string[])["Interledger", "Interledger.Connector"])
            File.ReadAllText(Repository.PathOf("src", library, "README.md"))
                .ShouldContain($"```csharp\n{source}```\n", Case.Sensitive);
    }

    [Theory]
    [InlineData("Interledger")]
    [InlineData("Interledger.Connector")]
    public void A_README_shows_no_program_that_is_not_run(string library)
    {
        string[] programs = [.. ((string[])["pay", "receive", "connector"]).Select(Samples.SourceOf)];
        File.ReadAllText(Repository.PathOf("src", library, "README.md")).Split("```csharp\n").Skip(1)
            .Select(static block => block[..block.IndexOf("```", StringComparison.Ordinal)])
            .ShouldBe(programs, ignoreOrder: true);
    }
}
