namespace Codius.Testing.Processes;

/// <summary>What to start; the environment is the test's own with these changes (null removes a variable).</summary>
public sealed record ProgramStart(string File, params IReadOnlyList<string> Arguments)
{
    public string? WorkingDirectory { get; init; }

    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public override string ToString() => string.Join(' ', [File, .. Arguments]);
}

public sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>The result, unless the program failed: then an exception with all that it printed.</summary>
    public ProgramResult EnsureSuccess() =>
        ExitCode == 0 ? this : throw new ProgramFailedException($"exit code {ExitCode}\n{Output}{Error}");
}

public sealed class ProgramFailedException(string message) : Exception(message);
