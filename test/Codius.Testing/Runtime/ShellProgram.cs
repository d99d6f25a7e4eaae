namespace Codius.Testing.Runtime;

/// <summary>Sample programs for images that have a shell.</summary>
public static class ShellProgram
{
    public static IReadOnlyList<string> Of(params Step[] steps) => Script(string.Join('\n', steps.Select(Line)));

    public static IReadOnlyList<string> Script(string text) => ["sh", "-c", text];

    /// <summary>The first process of a container ignores signals that it has no handler for.</summary>
    private static string Line(Step step) => step.Verb switch
    {
        "stay" => "trap 'exit 143' TERM; sleep 100000 & wait",
        "stubborn" => "trap '' TERM; while :; do sleep 1; done",
        "directory" => "pwd",
        "out" => $"echo '{step.Argument}'",
        "error" => $"echo '{step.Argument}' >&2",
        "variable" => $"echo \"${step.Argument}\"",
        "exit" => $"exit {step.Argument}",
        _ => throw new ArgumentException(step.Verb),
    };
}
