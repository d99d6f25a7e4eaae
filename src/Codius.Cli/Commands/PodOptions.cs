using System.CommandLine;
using Codius.Core;

namespace Codius.Cli.Commands;

/// <summary>The arguments of every command about a pod that was bought before.</summary>
internal sealed class PodOptions
{
    public Argument<string?> Pod { get; } = new("pod")
    {
        Description = "Its address, or its manifest's hash. Otherwise the one that was uploaded from this folder.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> Host { get; } = new("--host") { Description = "Where it runs." };

    public Option<string> StateFile { get; } = new("--codius-state-file")
    {
        Description = "Where upload noted what was bought.",
        DefaultValueFactory = _ => Codius.Client.Projects.StateFile.DefaultName,
    };

    public void AddTo(Command command)
    {
        command.Arguments.Add(Pod);
        command.Options.Add(Host);
        command.Options.Add(StateFile);
    }

    public Outcome<PodTarget> Find(ParseResult parsed, CliContext context) => PodTarget.Find(
        parsed.GetValue(Pod), parsed.GetValue(Host), context.PathOf(parsed.GetValue(StateFile)!));
}
