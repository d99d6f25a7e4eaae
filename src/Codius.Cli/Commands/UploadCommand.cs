using System.CommandLine;
using Codius.Cli.Output;
using Codius.Client.Hosts;
using Codius.Client.Projects;
using Codius.Client.Registries;
using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Manifests;

namespace Codius.Cli.Commands;

/// <summary><c>codius upload</c>: makes the manifest of the project in this folder, and buys a pod for it.</summary>
internal sealed class UploadCommand
{
    private const string DefaultVariablesFile = "codiusvars.json";

    private readonly CliContext _context;
    private readonly PaidOptions _paid = new();

    private readonly Option<string> _host = new("--host")
    {
        Description = "The host's address, such as https://host.example.",
        Required = true,
    };

    private readonly Option<string> _codiusFile = new("--codius-file")
    {
        Description = "The manifest.",
        DefaultValueFactory = _ => "codius.json",
    };

    private readonly Option<string> _variablesFile = new("--codius-vars-file")
    {
        Description = "The values of the manifest's variables.",
        DefaultValueFactory = _ => DefaultVariablesFile,
    };

    private readonly Option<string> _stateFile = new("--codius-state-file")
    {
        Description = "Where to note what was bought, for extend, logs and stop.",
        DefaultValueFactory = _ => StateFile.DefaultName,
    };

    private readonly Option<bool> _debug = new("--debug") { Description = "Make the logs of the pod public." };

    private readonly Option<string?> _payout = new("--payout")
    {
        Description = "The payment pointer that what the pod earns goes to, such as $wallet.example/alice.",
    };

    private UploadCommand(CliContext context) => _context = context;

    public static Command Create(CliContext context)
    {
        var upload = new UploadCommand(context);
        var command = new Command("upload", "Buy a pod for the project in this folder.");
        Option[] options =
        [
            upload._host, upload._codiusFile, upload._variablesFile, upload._stateFile, upload._debug, upload._payout,
        ];
        foreach (var option in options)
            command.Options.Add(option);
        upload._paid.AddTo(command);
        command.SetAction(upload.RunAsync);
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
        if (!HostUri.TryParse(parsed.GetValue(_host), out var host))
            return Usage(reporter, "--host must be an address such as https://host.example");
        if (!PodDuration.TryParse(choices.Duration, out var duration, out var problem))
            return Usage(reporter, "--" + problem);
        if (PriceLimit.Check(choices) is { } limits)
            return Usage(reporter, limits.Message);
        var read = await reporter.DuringAsync("Reading the project", _ => ReadProjectAsync(parsed, cancellationToken));
        if (!read.Succeeded(out var request, out var failure))
            return Usage(reporter, failure.Message);

        reporter.Say($"Manifest {request.Hash}");
        var purchaser = new Purchaser(_context, reporter, choices) { Payout = parsed.GetValue(_payout) };
        var result = await purchaser.RunAsync(
            host,
            request,
            duration,
            CapabilityFor(parsed, request, host),
            (client, maximum, progress, stop) => client.UploadAsync(request, duration, maximum, progress, stop),
            cancellationToken);
        if (result.Pod is not { } pod)
            return reporter.Fail(result.Failure!);
        Note(parsed, choices, request, host, duration, pod, reporter);
        return purchaser.Tell(pod, host, "Running");
    }

    // The same pod at the same host again is the same right: what is paid for more of it is one's own too.
    private CapabilitySecret CapabilityFor(ParseResult parsed, ManifestRequest request, Uri host) =>
        StateFile.Read(_context.PathOf(parsed.GetValue(_stateFile)!)).Succeeded(out var state, out _)
            && state.Hash == request.Hash && state.Host == host && state.Capability is { } known
            ? known
            : CapabilitySecret.New();

    private Task<Outcome<ManifestRequest>> ReadProjectAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var variables = _context.PathOf(parsed.GetValue(_variablesFile)!);
        var wanted = parsed.GetValue(_variablesFile) != DefaultVariablesFile || File.Exists(variables);
        return new ProjectReader(new RegistryClient(_context.Http, _context.Time)).ReadAsync(
            _context.PathOf(parsed.GetValue(_codiusFile)!),
            wanted ? variables : null,
            parsed.GetValue(_debug),
            cancellationToken);
    }

    // The pod runs and is paid for: that its state cannot be noted is no failure of the upload.
    private void Note(
        ParseResult parsed,
        PaidChoices choices,
        ManifestRequest request,
        Uri host,
        PodDuration duration,
        PurchasedPod pod,
        Reporter reporter)
    {
        var state = StateFile.Create(request, host, duration, PriceLimit.ForState(choices), pod.Capability);
        state.Record(pod.Lease, pod.Paid);
        try
        {
            state.Write(_context.PathOf(parsed.GetValue(_stateFile)!));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reporter.Say($"The pod could not be noted: {e.Message}");
        }
    }

    private static int Usage(Reporter reporter, string message) =>
        reporter.Fail(new CliFailure(ExitCode.Usage, message));
}
