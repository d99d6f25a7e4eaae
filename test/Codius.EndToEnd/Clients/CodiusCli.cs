using System.Text.Json;
using Codius.Testing.Processes;

namespace Codius.EndToEnd.Clients;

/// <summary>Our command line, as a program, in a project's folder.</summary>
internal sealed class CodiusCli(Project project)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    public Task<ProgramResult> RunAsync(params IEnumerable<string> arguments) =>
        RunningProgram.RunAsync(Describe(arguments), Patience);

    /// <summary>With <c>--json</c>: its one object.</summary>
    public async Task<(int ExitCode, JsonElement Json)> RunJsonAsync(params IEnumerable<string> arguments)
    {
        var result = await RunAsync([.. arguments, "--json"]);
        if (!result.Output.StartsWith('{'))
            throw new ProgramFailedException($"no JSON: exit code {result.ExitCode}\n{result.Output}{result.Error}");
        return (result.ExitCode, JsonElement.Parse(result.Output));
    }

    /// <summary>For a command that does not end by itself, or is killed.</summary>
    public RunningProgram Start(params IEnumerable<string> arguments) => RunningProgram.Start(Describe(arguments));

    private ProgramStart Describe(IEnumerable<string> arguments) => new(Programs.Codius, [.. arguments])
    {
        WorkingDirectory = project.Directory,
        Environment = new Dictionary<string, string?>
        {
            ["XDG_CONFIG_HOME"] = project["config"],
            ["CODIUS_BTP"] = null,
            ["ILP_BTP_SERVER"] = null,
        },
    };
}
