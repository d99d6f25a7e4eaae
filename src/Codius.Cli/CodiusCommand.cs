using System.CommandLine;
using Codius.Cli.Commands;

namespace Codius.Cli;

/// <summary>The whole command line.</summary>
public static class CodiusCommand
{
    private const string Description = """
        Run containers on Codius hosts, and pay for them by the second over Interledger.

        Exit codes: 0 done; 1 wrong command line or project; 2 the host refused; 3 the payment failed, no money moved;
        4 money moved but there is no pod; 5 the host cannot be reached; 130 cancelled.
        """;

    // Longer than it takes to end a payment in good order.
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(15);

    public static Task<int> RunAsync(
        string[] arguments, CliContext context, CancellationToken cancellationToken = default)
    {
        var root = new RootCommand(Description);
        root.Subcommands.Add(UploadCommand.Create(context));
        root.Subcommands.Add(ExtendCommand.Create(context));
        root.Subcommands.Add(LogsCommand.Create(context));
        root.Subcommands.Add(StopCommand.Create(context));
        var configuration = new InvocationConfiguration
        {
            Output = context.Out,
            Error = context.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeToEnd,
        };
        return root.Parse(arguments).InvokeAsync(configuration, cancellationToken);
    }
}
