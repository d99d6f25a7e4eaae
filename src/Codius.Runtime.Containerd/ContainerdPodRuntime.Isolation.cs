using Codius.Core;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Daemon;

namespace Codius.Runtime.Containerd;

public sealed partial class ContainerdPodRuntime
{
    private const int LongestReason = 300;

    /// <summary>Longer than any sandbox takes on a busy machine; gVisor's platform kvm hangs on some.</summary>
    private static readonly TimeSpan TrialWithin = TimeSpan.FromSeconds(20);

    /// <summary>What isolates pods, in full; null while it is not open.</summary>
    internal string? Isolation => _handler?.ToString();

    /// <summary>What would have been better and was not taken, and why.</summary>
    internal IReadOnlyList<string> Refused { get; private set; } = [];

    /// <summary>Finds out what isolates pods and opens nothing else: for one beside another that is open.</summary>
    internal async Task<Outcome<Done>> ChooseIsolationAsync(CancellationToken cancellationToken) =>
        (await ChooseAsync(RuntimeCandidates.Find(_options), cancellationToken))
            .Succeeded(out _handler, out var failure)
            ? Done.Instance
            : failure;

    /// <summary>
    /// Takes the first runtime in which a sandbox can be made. What is installed says little: gVisor, for one, fails on
    /// kernels that are newer than it is.
    /// </summary>
    private async Task<Outcome<RuntimeHandler>> ChooseAsync(
        RuntimeCandidates candidates, CancellationToken cancellationToken)
    {
        var refused = candidates.Absent.ToList();
        var proven = new ProvenRuntimes(_options);
        foreach (var candidate in candidates.Present)
        {
            if (proven.Contain(candidate))
            {
                LogStillProven(candidate);
                return candidate;
            }

            if (await TryAsync(candidate, cancellationToken) is { } problem)
            {
                refused.Add($"{candidate} does not work here: {problem}");
                continue;
            }

            Refused = refused;
            LogChosen(candidate, refused.Count == 0 ? "nothing" : string.Join("; ", refused));
            proven.Remember(candidate);
            return candidate;
        }

        return NoIsolation(refused);
    }

    /// <summary>Makes a sandbox and takes it away again: why that failed, or null.</summary>
    private async Task<string?> TryAsync(RuntimeHandler handler, CancellationToken cancellationToken)
    {
        var spec = new PodSpec(PodId.New(), ManifestHash.OfCanonicalJson("{}"u8), ResourceLimits.Small, []);
        _handler = handler;
        try
        {
            _files.Create(spec, _options.DnsServersOrDefault);
            _cgroups.Create(spec.Id, LimitsFor(spec.Limits));
            var run = await _cri.RunPodSandboxAsync(SandboxOf(spec), handler.Name, CancellationToken.None)
                .WaitAsync(TrialWithin, _time, cancellationToken);
            return run.Status.IsOk ? null : Shorten(run.Status.Message);
        }
        catch (TimeoutException)
        {
            return $"a sandbox was not ready within {TrialWithin.TotalSeconds} seconds";
        }
        finally
        {
            await RemoveAsync(spec.Id, CancellationToken.None);
        }
    }

    private static Failure NoIsolation(IEnumerable<string> reasons) => new(
        FailureKind.RuntimeUnavailable,
        $"There is nothing on this machine that pods could be isolated by: {string.Join("; ", reasons)}.",
        Blame.Host);

    private static string Shorten(string reason)
    {
        var line = reason.ReplaceLineEndings(" ").Trim();
        return line.Length <= LongestReason ? line : line[..LongestReason] + "…";
    }
}
