using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Codius.Testing.Processes;

/// <summary>
/// A program that a test started: its output line by line, waiting with a deadline, and its end with the test. A
/// deadline that passes and a program that ends too early are reported with what the program printed.
/// </summary>
public sealed class RunningProgram : IAsyncDisposable
{
    private const int LinesInFailures = 40;
    private const int Sigterm = 15;
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ProgramOutput _output = new();
    private readonly ProgramOutput _error = new();
    private readonly Task _ended;

    private RunningProgram(ProgramStart start)
    {
        Description = start.ToString();
        _process = new Process { StartInfo = ProgramStarter.Describe(start) };
        ProgramStarter.Start(_process);
        _ended = Task.WhenAll(
            ReadAsync(_process.StandardOutput, _output),
            ReadAsync(_process.StandardError, _error),
            _process.WaitForExitAsync());
    }

    public string Description { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public IReadOnlyList<string> OutputLines => _output.Lines;

    public IReadOnlyList<string> ErrorLines => _error.Lines;

    public static RunningProgram Start(ProgramStart start) => new(start);

    /// <summary>Runs a program to its end; one that does not end in time is killed and reported.</summary>
    public static async Task<ProgramResult> RunAsync(ProgramStart start, TimeSpan? within = null)
    {
        await using var program = Start(start);
        program._process.StandardInput.Close();
        var exitCode = await program.WaitForExitAsync(within);
        return new ProgramResult(exitCode, Join(program.OutputLines), Join(program.ErrorLines));
    }

    /// <summary>
    /// The first matching line of standard output at or after an index, waiting for it if it is still to come.
    /// </summary>
    public async Task<(int Index, string Line)> WaitForLineAsync(
        Func<string, bool> matches, int from = 0, TimeSpan? within = null, CancellationToken cancellation = default) =>
        await BeforeDeadlineAsync(_output.FindAsync(matches, from), "the line waited for", within, cancellation)
        ?? throw Failure("ended before it printed the line waited for");

    /// <summary>The same for standard error, where most programs write their log.</summary>
    public async Task<(int Index, string Line)> WaitForErrorLineAsync(
        Func<string, bool> matches, int from = 0, TimeSpan? within = null, CancellationToken cancellation = default) =>
        await BeforeDeadlineAsync(_error.FindAsync(matches, from), "the line waited for", within, cancellation)
        ?? throw Failure("ended before it printed the line waited for");

    public async Task<int> WaitForExitAsync(TimeSpan? within = null, CancellationToken cancellation = default)
    {
        await BeforeDeadlineAsync(ExitedAsync(), "its end", within, cancellation);
        return _process.ExitCode;
    }

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>SIGKILL to the program alone; what it started lives on.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and its exit code.</summary>
    public Task<int> StopAsync(TimeSpan? within = null)
    {
        if (!_process.HasExited) _ = SendSignal(Id, Sigterm);
        return WaitForExitAsync(within);
    }

    /// <summary>A failure that shows the end of what the program printed.</summary>
    public ProgramFailedException Failure(string what)
    {
        var end = HasExited ? $"exit code {_process.ExitCode}" : "still running";
        return new ProgramFailedException(
            $"{Description}\n{what} ({end})\n--- its output\n{Tail(OutputLines)}--- its errors\n{Tail(ErrorLines)}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<bool> ExitedAsync()
    {
        await _process.WaitForExitAsync();
        try
        {
            await _ended.WaitAsync(TimeSpan.FromSeconds(1));
        }
        catch (TimeoutException)
        {
            // What the program started holds its pipes open: there are no further lines of its own to wait for.
        }

        return true;
    }

    private async Task<T> BeforeDeadlineAsync<T>(
        Task<T> task, string what, TimeSpan? within, CancellationToken cancellation)
    {
        var deadline = within ?? DefaultDeadline;
        try
        {
            return await task.WaitAsync(deadline, cancellation);
        }
        catch (TimeoutException)
        {
            throw Failure($"{what} did not come within {deadline.TotalSeconds} s");
        }
    }

    private static async Task ReadAsync(StreamReader reader, ProgramOutput output)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line) output.Add(line);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The program was killed and disposed of while it printed.
        }
        finally
        {
            output.End();
        }
    }

    private static string Join(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));

    private static string Tail(IEnumerable<string> lines) => Join(lines.TakeLast(LinesInFailures));

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int process, int signal);
}
