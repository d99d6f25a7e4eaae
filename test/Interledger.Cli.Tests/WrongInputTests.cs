using Codius.Testing.Processes;

namespace Interledger.Cli.Tests;

public sealed class WrongInputTests
{
    [Theory]
    [InlineData("--allow-http", "pay", "http://127.0.0.1/", "--amount", "1", "--yes")]
    [InlineData("payment pointer", "pay", "$", "--amount", "1", "--yes")]
    [InlineData("secret", "pay", "test.bob", "--amount", "1", "--yes")]
    [InlineData("--amount", "pay", "$example.com", "--amount", "-1", "--yes")]
    [InlineData("--amount", "pay", "$example.com", "--amount", "0.5", "--units", "--yes")]
    [InlineData("--slippage", "pay", "$example.com", "--amount", "1", "--slippage", "101", "--yes")]
    [InlineData("--yes", "pay", "$example.com", "--amount", "1")]
    [InlineData("--via", "pay", "$example.com", "--amount", "1", "--yes", "--via", "http://x")]
    [InlineData("--amount", "receive", "--amount", "0")]
    [InlineData("--spsp-port", "receive", "--spsp-port", "70000")]
    [InlineData("address", "ping", "nobody")]
    [InlineData("--count", "ping", "test.bob", "--count", "0")]
    [InlineData("--port", "connector", "--port", "-1")]
    [InlineData("--address", "connector", "--address", "nowhere")]
    public async Task A_wrong_command_line_is_told_and_ends_with_1(string why, params string[] arguments)
    {
        using var run = new IlpRun();
        (await run.RunAsync(arguments)).ShouldBe(ExitCode.Usage);
        run.Error.ShouldContain(why);
    }

    [Theory]
    [InlineData("ping", "test.bob")]
    [InlineData("receive")]
    [InlineData("pay", "$example.com", "--amount", "1", "--yes")]
    public async Task A_provider_that_is_not_there_ends_with_5(params string[] arguments)
    {
        using var run = new IlpRun();
        run.Variables["ILP_VIA"] = $"btp+ws://:hidden@127.0.0.1:{FreePort.Next()}";
        (await run.RunAsync(arguments)).ShouldBe(ExitCode.Unreachable);
        run.Error.ShouldContain("cannot connect");
        run.Error.ShouldNotContain("hidden");
    }

    [Theory]
    [InlineData("pay")]
    [InlineData("receive")]
    [InlineData("ping")]
    [InlineData("decode")]
    [InlineData("connector")]
    public async Task Every_command_shows_an_example(string command)
    {
        using var run = new IlpRun();
        (await run.RunAsync(command, "--help")).ShouldBe(ExitCode.Ok);
        run.Out.ShouldContain($"Example: ilp {command}");
    }
}
