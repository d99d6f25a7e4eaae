using System.CommandLine;
using System.Globalization;
using Codius.Cli.Output;
using Codius.Client.Hosts;
using Codius.Client.Payments;
using Codius.Core;

namespace Codius.Cli.Commands;

/// <summary>
/// <c>codius logs</c>: what the containers of a pod wrote, if it was started from this folder, or uploaded with
/// <c>--debug</c>.
/// </summary>
internal sealed class LogsCommand
{
    private readonly CliContext _context;
    private readonly PodOptions _pod = new();

    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on with what they write next." };

    private readonly Option<int?> _tail = new("--tail", "-n") { Description = "Only so many of the last lines." };

    private readonly Option<string?> _since = new("--since")
    {
        Description = "Only lines since a time, 2026-11-20T12:00:00Z, or of the last 30s, 10m, 2h, 1d.",
    };

    private readonly Option<bool> _timestamps = new("--timestamps", "-t")
    {
        Description = "With the time of each line.",
    };

    private readonly Option<string?> _container = new("--container") { Description = "Only of this container." };

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line." };

    private LogsCommand(CliContext context) => _context = context;

    public static Command Create(CliContext context)
    {
        var logs = new LogsCommand(context);
        var command = new Command("logs", "Show what a pod's containers wrote.");
        logs._pod.AddTo(command);
        Option[] options = [logs._follow, logs._tail, logs._since, logs._timestamps, logs._container, logs._json];
        foreach (var option in options)
            command.Options.Add(option);
        command.SetAction(logs.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var reporter = new Reporter(_context, parsed.GetValue(_json));
        if (!_pod.Find(parsed, _context).Succeeded(out var target, out var failure))
            return reporter.Fail(new CliFailure(ExitCode.Usage, failure.Message));
        if (!ReadWish(parsed).Succeeded(out var wish, out failure))
            return reporter.Fail(new CliFailure(ExitCode.Usage, failure.Message));
        var options = _context.HostOptions with { Capability = target.Capability };
        var host = new HostClient(_context.Http, target.Host, null, options, _context.Time);
        try
        {
            await foreach (var element in host.ReadLogsAsync(target.Hash, wish, cancellationToken))
            {
                if (!element.Succeeded(out var line, out var error))
                    return reporter.Fail(Describe(error));
                reporter.Print($"{Time(line)}{line.Container} | {line.Text}");
                reporter.PrintJson(ResultJson.Of(line));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (int)ExitCode.Cancelled;
        }

        return (int)ExitCode.Ok;
    }

    private Outcome<LogWish> ReadWish(ParseResult parsed)
    {
        if (parsed.GetValue(_tail) is < 0)
            return Failure.InvalidRequest("--tail must be a number of lines");
        DateTimeOffset? since = null;
        if (parsed.GetValue(_since) is { } text)
        {
            if (!SinceTime.TryParse(text, _context.Time.GetUtcNow(), out var time))
                return Failure.InvalidRequest("--since must be a time, 2026-11-20T12:00:00Z, or 30s, 10m, 2h, 1d");
            since = time;
        }

        return new LogWish(
            parsed.GetValue(_follow),
            parsed.GetValue(_tail),
            since,
            parsed.GetValue(_timestamps),
            parsed.GetValue(_container));
    }

    private static string Time(HostLogLine line) => line.At is { } at
        ? at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z '", CultureInfo.InvariantCulture)
        : "";

    private static CliFailure Describe(HostError error)
    {
        var failure = HostFailures.Describe(error, PaymentReport.Nothing, null);
        return failure with
        {
            Advice = error.Status switch
            {
                403 => "Only whoever started a pod reads its logs, unless it was uploaded with --debug.",
                404 => "Its time is up, or it never ran there.",
                _ => null,
            },
        };
    }
}
