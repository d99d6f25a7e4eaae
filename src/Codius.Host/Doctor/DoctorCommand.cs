using Codius.Core.Checks;
using Codius.Host.Configuration;
using Codius.Host.Doctor.Checks;
using Codius.Host.Runtime;
using Codius.Host.Runtime.Hyperd;
using Codius.Host.Uplink;
using Codius.Runtime.Containerd;
using Codius.Runtime.Containerd.Checks;
using Codius.Runtime.Containerd.Network;

namespace Codius.Host.Doctor;

/// <summary>
/// <c>codiusd doctor [--json]</c>, with the settings of a host that may be running: looks at everything that the host
/// needs and says what to do about what is missing. The exit code is 0 if nothing failed and 1 otherwise.
/// </summary>
internal static class DoctorCommand
{
    public const string Command = "doctor";
    private const string JsonSwitch = "--json";

    /// <summary>The longest that one check may take: a sandbox is tried in each runtime that there is.</summary>
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(90);

    /// <summary>The longest that a server elsewhere may take.</summary>
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        string[] settings = [.. args.Where(a => a != JsonSwitch)];
        var findings = new List<(string, Finding)>();
        var (host, network, hyper) = Read(settings);
        using var running = new RunningCodiusd(host);
        foreach (var check in ChecksFor(settings, host, RuntimeChecks(host, network, hyper), running))
            findings.Add((check.Name, await RunAsync(check, cancellationToken)));
        var report = DoctorReport.Of(findings);
        await output.WriteAsync(args.Contains(JsonSwitch) ? report.ToJson() : report.ToText());
        return report.Well ? 0 : 1;
    }

    /// <summary>A check that breaks says so, and the others go on.</summary>
    private static async Task<Finding> RunAsync(ICheck check, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(CheckTimeout);
        try
        {
            return await check.RunAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Finding.Failed(
                $"no result within {CheckTimeout.TotalSeconds} seconds", "try again on a quieter machine");
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            return Finding.Failed(
                $"it could not be looked at: {broken.Message}",
                "mend what failed above, run this as root, and try again");
        }
    }

    private static IReadOnlyList<ICheck> ChecksFor(
        string[] settings, HostOptions host, IReadOnlyList<ICheck> runtime, RunningCodiusd running) =>
    [
        new SettingsCheck(settings),
        .. runtime,
        new ClockCheck(TimeProvider.System, AnswersWithin),
        new DiskCheck(host.RootDirectory),
        new PortsCheck(host, running),
        new UplinkCheck(host, running, TimeProvider.System),
        new PublicUriCheck(host, running),
        new CertificateCheck(host, TimeProvider.System),
    ];

    /// <summary>What runs the pods is looked at, and nothing that does not.</summary>
    private static IReadOnlyList<ICheck> RuntimeChecks(HostOptions host, NetworkOptions network, HyperOptions hyper)
    {
        if (hyper.Noop)
            return [];
        if (hyper.Socket is not null)
            return [new HyperdCheck(hyper, TimeProvider.System)];
        var containerd = new ContainerdOptions();
        RuntimeFeature.Apply(host, network, containerd);
        return MachineChecks.Of(containerd, TimeProvider.System, AnswersWithin);
    }

    /// <summary>Settings that cannot be used are told by the first check; the others take what can be read.</summary>
    private static (HostOptions Host, NetworkOptions Network, HyperOptions Hyper) Read(string[] settings)
    {
        var (host, network, hyper) = (new HostOptions(), new NetworkOptions(), new HyperOptions());
        try
        {
            using var configuration = new ConfigurationManager();
            configuration.AddCodiusSources(settings);
            configuration.GetSection(HostOptions.Section).Bind(host);
            configuration.GetSection($"{HostOptions.Section}:Network").Bind(network);
            configuration.GetSection($"{HostOptions.Section}:Hyper").Bind(hyper);
        }
        catch (Exception unreadable) when (unreadable is SettingsException or InvalidOperationException
            or FormatException)
        {
            // Told by the first check.
        }

        new HostOptionsDefaults().PostConfigure(null, host);
        return (host, network, hyper);
    }
}
