using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Codius.Core;

namespace Codius.Runtime.Containerd.Network;

/// <summary>
/// Other programs change the machine's rules too. `nft flush ruleset`, which is how Debian's nftables.service begins,
/// takes ours away and leaves pods to do what they like; so the kernel's word of each change is listened to.
/// </summary>
internal sealed partial class PodNetwork
{
    private const string Rules = "rules";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Turns _loading = new();
    private readonly Channel<bool> _changes =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>What nft listed when our rules were loaded; null if none are.</summary>
    private string? _asLoaded;

    private volatile bool _haveLimitsGone;

    /// <summary>
    /// Puts our rules back when they are changed or gone, until cancelled; and then the limits of the pods that
    /// <paramref name="findPodsAsync"/> finds, with what each may send and receive in a second.
    /// </summary>
    public Task GuardAsync(
        Func<CancellationToken, Task<IReadOnlyList<(IPAddress Pod, long BytesPerSecond)>>> findPodsAsync,
        CancellationToken cancellationToken) =>
        Task.WhenAll(GuardRulesAsync(cancellationToken), FollowChangesAsync(findPodsAsync, cancellationToken));

    private async Task GuardRulesAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ListenAsync(cancellationToken);
            }
            catch (Exception deaf) when (deaf is IOException or SocketException)
            {
                LogDeaf(deaf.Message);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    // Ours are mended at once, since until then pods reach what they should not.
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        using var events = RulesetEvents.Open();
        await MendPatientlyAsync(cancellationToken);
        while (true)
        {
            var change = await events.NextAsync(cancellationToken);
            if (_tables.Any(change.Concerns))
                await MendPatientlyAsync(cancellationToken);
            _changes.Writer.TryWrite(true);
        }
    }

    private async Task MendPatientlyAsync(CancellationToken cancellationToken)
    {
        while (await MendAsync(cancellationToken) is { } failure)
        {
            LogNotMended(failure.Message);
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<Failure?> MendAsync(CancellationToken cancellationToken)
    {
        using var turn = await _loading.TakeAsync(Rules, cancellationToken);
        if (_asLoaded is null || await ListAsync(cancellationToken) == _asLoaded)
            return null;
        if (await LoadAsync(cancellationToken) is { } failure)
            return failure;
        LoseLimits();
        LogMended();
        return null;
    }

    private async Task<Failure?> LoadAsync(CancellationToken cancellationToken)
    {
        var behindDoor = PortBehindDoor is { } port ? new IPEndPoint(HostAddress, port) : null;
        var rules = FirewallRules.Table(
                options.Instance, _subnet, options.DnsServersOrDefault, options.Network, behindDoor)
            + BandwidthRules.Table(options.Instance);
        var loaded = await _nftables.ChangeAsync(rules, cancellationToken);
        _asLoaded = loaded.Succeeded ? await ListAsync(cancellationToken) : _asLoaded;
        return loaded.Succeeded && _asLoaded is not null
            ? null
            : new Failure(
                FailureKind.RuntimeUnavailable,
                $"The firewall for pods cannot be loaded: {loaded.Output.Trim()}",
                Blame.Host,
                Retryable: true);
    }

    private async Task<string?> ListAsync(CancellationToken cancellationToken)
    {
        var all = "";
        foreach (var table in _tables)
        {
            if (await _nftables.ListAsync(table, cancellationToken) is not { } listed)
                return null;
            all += listed;
        }

        return all;
    }

    private void LoseLimits()
    {
        _haveLimitsGone = true;
        _changes.Writer.TryWrite(true);
    }

    // What may take its time. Programs that change rules change many, one after the other.
    private async Task FollowChangesAsync(
        Func<CancellationToken, Task<IReadOnlyList<(IPAddress Pod, long BytesPerSecond)>>> findPodsAsync,
        CancellationToken cancellationToken)
    {
        await foreach (var _ in _changes.Reader.ReadAllAsync(cancellationToken))
        {
            if (_haveLimitsGone && !await TryLimitAgainAsync(findPodsAsync, cancellationToken))
                LoseLimits();
            await AcceptInForeignChainsAsync(cancellationToken);
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<bool> TryLimitAgainAsync(
        Func<CancellationToken, Task<IReadOnlyList<(IPAddress Pod, long BytesPerSecond)>>> findPodsAsync,
        CancellationToken cancellationToken)
    {
        _haveLimitsGone = false;
        try
        {
            foreach (var (pod, bytesPerSecond) in await findPodsAsync(cancellationToken))
            {
                if (await LimitAsync(pod, bytesPerSecond, cancellationToken) is { } failure)
                {
                    LogNotMended(failure.Message);
                    return false;
                }
            }

            return true;
        }
        catch (IOException)
        {
            // containerd, which knows the pods, is away for a moment.
            return false;
        }
    }
}
