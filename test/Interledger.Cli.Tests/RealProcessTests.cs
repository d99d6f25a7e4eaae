using System.Runtime.InteropServices;
using Codius.Testing.Processes;

namespace Interledger.Cli.Tests;

/// <summary>The programs themselves, ended as a terminal does.</summary>
public sealed class RealProcessTests
{
    private const int Interrupt = 2;

    private static readonly string Ilp = Path.Combine(AppContext.BaseDirectory, "ilp");

    [Fact]
    public async Task A_payment_goes_from_process_to_process_and_each_ends_at_an_interrupt()
    {
        var port = FreePort.Next();
        await using var connector = Start("connector", "--port", $"{port}");
        var via = (await connector.WaitForLineAsync(static line => line.StartsWith("Provider"))).Line[10..];
        await using var receiver = Start("receive", "--via", via);
        var address = (await receiver.WaitForLineAsync(static line => line.StartsWith("Address"))).Line[10..];
        var secret = (await receiver.WaitForLineAsync(static line => line.StartsWith("Secret"))).Line[10..];

        var paid = await RunningProgram.RunAsync(new ProgramStart(
            Ilp, "pay", address, secret, "--amount", "0.25", "--yes", "--via", via));
        paid.EnsureSuccess().Output.ShouldContain("Arrived   0.25 XRP");
        await receiver.WaitForLineAsync(static line => line.StartsWith("Received  0.25 XRP"));
        (await InterruptAsync(receiver)).ShouldBe(0);
        receiver.OutputLines[^1].ShouldBe("Total     0.25 XRP");
        (await InterruptAsync(connector)).ShouldBe(0);
    }

    private static RunningProgram Start(params string[] arguments) =>
        RunningProgram.Start(new ProgramStart(Ilp, arguments));

    private static Task<int> InterruptAsync(RunningProgram program)
    {
        _ = SendSignal(program.Id, Interrupt);
        return program.WaitForExitAsync(TimeSpan.FromSeconds(20));
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int process, int signal);
}
