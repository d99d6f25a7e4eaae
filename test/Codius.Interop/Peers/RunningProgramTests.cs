using System.Diagnostics;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.Interop.Peers;

public sealed class RunningProgramTests
{
    [Fact]
    public async Task A_line_is_found_before_and_after_it_is_printed()
    {
        await using var program = RunningProgram.Start(new ProgramStart("sh", "-c", "echo one; read line; echo $line"));
        var (index, one) = await program.WaitForLineAsync(line => line == "one");
        await program.WriteLineAsync("two");
        (await program.WaitForLineAsync(_ => true, index + 1)).Line.ShouldBe("two");
        one.ShouldBe("one");
        (await program.WaitForExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_program_that_ends_too_early_is_reported_with_its_output()
    {
        await using var program = RunningProgram.Start(
            new ProgramStart("sh", "-c", "echo some; echo thing >&2; exit 3"));
        var failure = await Should.ThrowAsync<ProgramFailedException>(program.WaitForLineAsync(_ => false));
        await program.WaitForExitAsync();
        failure.Message.ShouldContain("some");
        (await RunningProgram.RunAsync(new ProgramStart("sh", "-c", "exit 3"))).ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task A_deadline_that_passes_is_reported_with_the_output()
    {
        await using var program = RunningProgram.Start(new ProgramStart("sh", "-c", "echo first; exec sleep 60"));
        await program.WaitForLineAsync(_ => true);
        var failure = await Should.ThrowAsync<ProgramFailedException>(
            program.WaitForExitAsync(TimeSpan.FromMilliseconds(50)));
        failure.Message.ShouldContain("first");
        failure.Message.ShouldContain("still running");
    }

    [Fact]
    public async Task A_program_ends_with_everything_it_started_when_it_is_disposed()
    {
        var program = RunningProgram.Start(new ProgramStart("sh", "-c", "sleep 60 & echo $!; wait"));
        var child = int.Parse((await program.WaitForLineAsync(_ => true)).Line);
        await program.DisposeAsync();
        await Deadline.UntilAsync(() => Task.FromResult(!IsAlive(child)), "the child is gone");
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            return false;
        }
    }
}
