using System.CommandLine;
using Codius.Cli.Output;
using Codius.Client.Hosts;
using Codius.Client.Payments;

namespace Codius.Cli.Commands;

/// <summary><c>codius logs</c>: what the containers of a pod wrote, if it was uploaded with <c>--debug</c>.</summary>
internal sealed class LogsCommand
{
    private readonly CliContext _context;
    private readonly PodOptions _pod = new();

    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on with what they write next." };

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line." };

    private LogsCommand(CliContext context) => _context = context;

    public static Command Create(CliContext context)
    {
        var logs = new LogsCommand(context);
        var command = new Command("logs", "Show what a pod's containers wrote.");
        logs._pod.AddTo(command);
        command.Options.Add(logs._follow);
        command.Options.Add(logs._json);
        command.SetAction(logs.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var reporter = new Reporter(_context, parsed.GetValue(_json));
        if (!_pod.Find(parsed, _context).Succeeded(out var target, out var failure))
            return reporter.Fail(new CliFailure(ExitCode.Usage, failure.Message));
        var host = new HostClient(_context.Http, target.Host, null, _context.HostOptions, _context.Time);
        try
        {
            await foreach (var element in host.ReadLogsAsync(target.Hash, parsed.GetValue(_follow), cancellationToken))
            {
                if (!element.Succeeded(out var line, out var error))
                    return reporter.Fail(Describe(error));
                reporter.Print($"{line.Container} | {line.Text}");
                reporter.PrintJson(ResultJson.Of(line));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (int)ExitCode.Cancelled;
        }

        return (int)ExitCode.Ok;
    }

    private static CliFailure Describe(HostError error)
    {
        var failure = HostFailures.Describe(error, PaymentReport.Nothing, null);
        return failure with
        {
            Advice = error.Status switch
            {
                403 => "Only a pod that was uploaded with --debug has public logs.",
                404 => "Its time is up, or it never ran there.",
                _ => null,
            },
        };
    }
}
