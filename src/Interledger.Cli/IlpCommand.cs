using System.CommandLine;
using Interledger.Cli.Commands;

namespace Interledger.Cli;

/// <summary>The whole command line.</summary>
public static class IlpCommand
{
    private const string Description = """
        Pay and be paid over Interledger, and look at what happens on the way.

        Exit codes: 0 done; 1 wrong command line or input; 2 refused, or no way there; 3 the payment failed, no money
        moved; 4 less was paid than was wanted; 5 the provider or the receiver's server cannot be reached; 130
        cancelled.
        """;

    // A payment that is cancelled waits until its packets have expired, and then closes its connection.
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(45);

    public static Task<int> RunAsync(
        string[] arguments, IlpContext context, CancellationToken cancellationToken = default)
    {
        var root = new RootCommand(Description);
        root.Subcommands.Add(PayCommand.Create(context));
        root.Subcommands.Add(ReceiveCommand.Create(context));
        root.Subcommands.Add(PingCommand.Create(context));
        root.Subcommands.Add(DecodeCommand.Create(context));
        root.Subcommands.Add(ConnectorCommand.Create(context));
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
