using System.CommandLine;
using System.Text;
using Codius.Cli.Output;
using Codius.Client.Hosts;
using Codius.Client.Payments;
using Codius.Client.Projects;
using Codius.Core.Leases;
using Codius.Core.Manifests;

namespace Codius.Cli.Commands;

/// <summary><c>codius extend</c>: buys more time for a pod, one's own or anybody's.</summary>
internal sealed class ExtendCommand
{
    private readonly CliContext _context;
    private readonly PaidOptions _paid = new();
    private readonly PodOptions _pod = new();

    private ExtendCommand(CliContext context) => _context = context;

    public static Command Create(CliContext context)
    {
        var extend = new ExtendCommand(context);
        var command = new Command("extend", "Buy more time for a pod.");
        extend._pod.AddTo(command);
        extend._paid.AddTo(command);
        command.SetAction(extend.RunAsync);
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var choices = _paid.Read(parsed);
        var reporter = new Reporter(_context, choices.Json);
        return reporter.GuardAsync(() => RunAsync(parsed, choices, reporter, cancellationToken));
    }

    private async Task<int> RunAsync(
        ParseResult parsed, PaidChoices choices, Reporter reporter, CancellationToken cancellationToken)
    {
        var stateFile = _context.PathOf(parsed.GetValue(_pod.StateFile)!);
        if (!PodDuration.TryParse(choices.Duration, out var duration, out var problem))
            return reporter.Fail(new CliFailure(ExitCode.Usage, "--" + problem));
        if (PriceLimit.Check(choices) is { } limits)
            return reporter.Fail(new CliFailure(ExitCode.Usage, limits.Message));
        if (!_pod.Find(parsed, _context).Succeeded(out var target, out var failure))
            return reporter.Fail(new CliFailure(ExitCode.Usage, failure.Message));

        var host = new HostClient(_context.Http, target.Host, null, _context.HostOptions, _context.Time);
        var found = await reporter.DuringAsync(
            $"Looking for the pod at {target.Host.Authority}", _ => host.GetPodAsync(target.Hash, cancellationToken));
        if (!found.Succeeded(out var details, out var error))
            return reporter.Fail(NoPod(error));
        var rules = ManifestRules.Quote with { AllowTags = true };
        var body = Encoding.UTF8.GetBytes($"{{\"manifest\":{details.Manifest.CanonicalJson}}}");
        if (!ManifestRequest.TryRead(body, rules, out var request, out var errors))
            return reporter.Fail(new CliFailure(ExitCode.Refused, $"the host's manifest is not one: {errors}"));

        var purchaser = new Purchaser(_context, reporter, choices);
        var result = await purchaser.RunAsync(
            target.Host,
            request,
            duration,
            target.Capability ?? CapabilitySecret.New(),
            (client, maximum, progress, stop) => client.ExtendAsync(target.Hash, duration, maximum, progress, stop),
            cancellationToken);
        if (result.Pod is not { } pod)
            return reporter.Fail(result.Failure!);
        Note(target.State, stateFile, pod, reporter);
        return purchaser.Tell(pod, target.Host, "Extended");
    }

    private static CliFailure NoPod(HostError error)
    {
        var failure = HostFailures.Describe(error, PaymentReport.Nothing, null);
        return error.Status == 404
            ? failure with { Advice = "Its time is up, or it never ran there. Upload it again." }
            : failure;
    }

    private static void Note(StateFile? state, string path, PurchasedPod pod, Reporter reporter)
    {
        try
        {
            state?.Record(pod.Lease, pod.Paid);
            state?.Write(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reporter.Say($"The extension could not be noted: {e.Message}");
        }
    }
}
