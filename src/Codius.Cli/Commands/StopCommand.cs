using System.CommandLine;
using Codius.Cli.Output;
using Codius.Client.Hosts;
using Codius.Client.Payments;
using Codius.Core.Money;

namespace Codius.Cli.Commands;

/// <summary><c>codius stop</c>: ends a pod that was bought from this folder, and gets back what was not used.</summary>
internal sealed class StopCommand
{
    private readonly CliContext _context;
    private readonly PodOptions _pod = new();

    private readonly Option<string?> _btp = new("--btp")
    {
        Description = "Where what was not used is sent to, as for upload. If it cannot be reached, the host owes it.",
    };

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object on the standard output." };

    private StopCommand(CliContext context) => _context = context;

    public static Command Create(CliContext context)
    {
        var stop = new StopCommand(context);
        var command = new Command("stop", "End a pod, or take your own unused time out of it.");
        stop._pod.AddTo(command);
        command.Options.Add(stop._btp);
        command.Options.Add(stop._json);
        command.SetAction(stop.RunAsync);
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var reporter = new Reporter(_context, parsed.GetValue(_json));
        return reporter.GuardAsync(() => RunAsync(parsed, reporter, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        if (!_pod.Find(parsed, _context).Succeeded(out var target, out var failure))
            return reporter.Fail(new CliFailure(ExitCode.Usage, failure.Message));
        if (target.Capability is null)
            return reporter.Fail(NoRight());
        var server = Purchaser.ServerOf(_context, parsed.GetValue(_btp));
        if (!_context.CreatePayer(server).Succeeded(out var handle, out failure))
            return reporter.Fail(new CliFailure(ExitCode.Usage, failure.Message));
        await using var payer = handle.Payer;
        var isThere = (await reporter.DuringAsync(
            $"Connecting to {handle.Server}", _ => payer.ConnectAsync(cancellationToken))).Succeeded(out _, out _);
        var options = _context.HostOptions with { Credits = _context.Credits, Capability = target.Capability };
        var host = new HostClient(_context.Http, target.Host, isThere ? payer : null, options, _context.Time);
        var stopped = await reporter.DuringAsync(
            $"Stopping the pod at {target.Host.Authority}", _ => host.StopAsync(target.Hash, cancellationToken));
        return stopped.Succeeded(out var stop, out var error)
            ? Tell(stop, reporter)
            : reporter.Fail(Describe(error));
    }

    private static int Tell(PodStop stop, Reporter reporter)
    {
        reporter.Print(stop.Ended
            ? "The pod has ended."
            : "Your time was taken out of the pod; it goes on with others'.");
        foreach (var settled in stop.Settled)
        {
            reporter.Print($"Used     {settled.Earned}");
            Print(reporter, "Returned", settled.Returned);
            Print(reporter, "Owed    ", settled.Credited);
        }

        if (stop.Settled.Any(settled => settled.Credited.MinorUnits > 0))
            reporter.Say("Your next purchase at this host uses what it owes you first.");
        reporter.PrintJson(ResultJson.Of(stop));
        return (int)ExitCode.Ok;
    }

    private static void Print(Reporter reporter, string what, Amount amount)
    {
        if (amount.MinorUnits > 0)
            reporter.Print($"{what} {amount}");
    }

    private static CliFailure NoRight() => new(ExitCode.Usage, "the state file has no right to this pod")
    {
        Advice = "Only who paid for a pod stops it, from the folder that it was bought from.",
    };

    private static CliFailure Describe(HostError error)
    {
        var failure = HostFailures.Describe(error, PaymentReport.Nothing, null);
        return error.Status == 404 ? failure with { Advice = "It never ran there." } : failure with { Advice = null };
    }
}
