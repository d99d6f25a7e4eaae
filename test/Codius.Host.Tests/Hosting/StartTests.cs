using System.Net;
using System.Net.Sockets;
using Codius.Host.Hosting;
using Codius.Testing.Processes;

namespace Codius.Host.Tests.Hosting;

public sealed class StartTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "codiusd.dll");

    [Fact]
    public async Task Wrong_settings_stop_the_start_with_one_line_that_names_them_all()
    {
        var result = await RunAsync(
            ("CODIUS_DEV", "1"), ("CODIUS_PORT", "99999"), ("Codius__Ingress__IdelTimeout", "1"));
        result.ExitCode.ShouldBe(78);
        result.Output.ShouldBeEmpty();
        var line = result.Error.TrimEnd().Split('\n').ShouldHaveSingleItem();
        line.ShouldStartWith("codiusd: cannot start: ");
        line.ShouldContain("Codius:Port (CODIUS_PORT)");
        line.ShouldContain("Codius:Ingress:IdelTimeout is not a setting");
    }

    [Theory]
    [InlineData("Codius__Port", "abc", "Codius:Port")]
    [InlineData("Codius__QuoteMode", "cheap", "Codius:QuoteMode")]
    [InlineData("CODIUS_CONFIG", "/does/not/exist.json", "/does/not/exist.json")]
    public async Task What_is_wrong_is_told_without_a_stack_trace(string variable, string value, string named)
    {
        var result = await RunAsync(("CODIUS_DEV", "1"), ("CODIUS_PORT", "0"), (variable, value));
        result.ExitCode.ShouldBe(78);
        result.Error.TrimEnd().Split('\n').ShouldHaveSingleItem().ShouldContain(named);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        (await DescribeAsync($"Port={port}")).ShouldContain($"127.0.0.1:{port}");
    }

    [Fact]
    public async Task An_address_that_the_machine_does_not_have_is_told() =>
        (await DescribeAsync("BindIp=192.0.2.1")).ShouldContain("listener");

    private static async Task<string> DescribeAsync(string setting)
    {
        var failure = await Should.ThrowAsync<Exception>(() => RunningHost.StartAsync(null, setting));
        StartupFailure.TryDescribe(failure, out var line).ShouldBeTrue();
        line.ShouldStartWith("codiusd: cannot start: ");
        return line;
    }

    private static async Task<ProgramResult> RunAsync(params (string Name, string Value)[] environment)
    {
        using var root = new TemporaryDirectory();
        var variables = environment.ToDictionary(v => v.Name, v => (string?)v.Value, StringComparer.Ordinal);
        variables.TryAdd("CODIUS_ROOT", root.Path);
        return await RunningProgram.RunAsync(new ProgramStart("dotnet", Program) { Environment = variables });
    }
}
