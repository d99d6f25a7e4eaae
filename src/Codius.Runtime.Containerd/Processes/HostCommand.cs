using System.ComponentModel;
using System.Diagnostics;

namespace Codius.Runtime.Containerd.Processes;

/// <summary>How a program of the machine ended; <see cref="Output"/> is what it printed on both streams.</summary>
internal sealed record CommandResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs a program of the machine to its end, without a shell and without this process's secrets.</summary>
internal static class HostCommand
{
    /// <summary>The exit code of shells for a program that is not there.</summary>
    public const int NotFound = 127;

    /// <summary>What children get of our environment: nothing that could be a secret of the host.</summary>
    private static readonly string[] PassedOn =
        ["PATH", "HOME", "LANG", "TMPDIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
            "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"];

    public static async Task<CommandResult> RunAsync(
        string program, IEnumerable<string> arguments, string? input, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Begin(program, arguments);
            return await CompleteAsync(process, input, cancellationToken);
        }
        catch (Win32Exception notThere)
        {
            return new CommandResult(NotFound, $"{program}: {notThere.Message}");
        }
    }

    /// <summary>Starts a program that is talked to while it runs.</summary>
    /// <exception cref="IOException">It is not there.</exception>
    public static Process Start(string program, IEnumerable<string> arguments)
    {
        try
        {
            return Begin(program, arguments);
        }
        catch (Win32Exception notThere)
        {
            throw new IOException($"{program}: {notThere.Message}", notThere);
        }
    }

    /// <summary>Runs a script of the shell, whose arguments are $1 and so on.</summary>
    public static Task<CommandResult> RunShellAsync(
        string script, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync("/bin/sh", ["-c", script, "sh", .. arguments], input: null, cancellationToken);

    /// <summary>
    /// Runs a program that leaves another one running, which has to say itself where its output goes. False if it is
    /// not there or failed.
    /// </summary>
    public static async Task<bool> RunDetachedAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false };
        LeaveOutSecrets(start);
        try
        {
            using var process = Process.Start(start) ?? throw new IOException($"{program} did not start.");
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static Process Begin(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        LeaveOutSecrets(start);
        return Process.Start(start) ?? throw new IOException($"{program} did not start.");
    }

    private static void LeaveOutSecrets(ProcessStartInfo start)
    {
        var kept = PassedOn.Where(start.Environment.ContainsKey).ToDictionary(n => n, n => start.Environment[n]);
        start.Environment.Clear();
        foreach (var (name, value) in kept)
            start.Environment.Add(name, value);
    }

    private static async Task<CommandResult> CompleteAsync(
        Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return new CommandResult(process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
