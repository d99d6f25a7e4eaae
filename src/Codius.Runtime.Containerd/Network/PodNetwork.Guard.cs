using System.Net;
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

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>After so long without another change nobody fights for the rules.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    /// <summary>How often the rules are looked at though nobody has told of a change.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMinutes(1);

    private readonly Turns _loading = new();
    private readonly Channel<bool> _changes =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>What nft listed when the host had loaded the rules; null while it has none there.</summary>
    private string? _asLoaded;

    private volatile bool _haveLimitsGone;
    private long _mendedAt;
    private TimeSpan _pauseOfFight;

    /// <summary>Puts our rules back when they are changed or gone, until cancelled.</summary>
    public async Task GuardRulesAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ListenAsync(cancellationToken);
            }
            catch (Exception deaf) when (deaf is not OperationCanceledException)
            {
                LogDeaf(deaf.Message);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Does what may take its time after a change: gives the pods that <paramref name="findPodsAsync"/> finds what each
    /// may send and receive in a second, if that has gone, and has them accepted in other programs' chains. Programs
    /// that change rules change many, one after the other.
    /// </summary>
    public async Task FollowChangesAsync(
        Func<CancellationToken, Task<IReadOnlyList<(IPAddress Pod, long BytesPerSecond)>>> findPodsAsync,
        CancellationToken cancellationToken)
    {
        await foreach (var _ in _changes.Reader.ReadAllAsync(cancellationToken))
        {
            try
            {
                if (_haveLimitsGone && !await TryLimitAgainAsync(findPodsAsync, cancellationToken))
                    LoseLimits();
                await AcceptInForeignChainsAsync(cancellationToken);
            }
            catch (Exception failed) when (failed is not OperationCanceledException)
            {
                LogNotMended(failed.Message);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    // Ours are mended at once, since until then pods reach what they should not.
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        using var events = RulesetEvents.Open();
        while (true)
        {
            await MendPatientlyAsync(cancellationToken);
            // When it was too much to be told, the kernel tells nothing more until all that it told is read.
            if (await NextOfOursAsync(events, cancellationToken) == RulesetChange.Unknown)
                return;
        }
    }

    /// <summary>The next change that concerns our tables, or null when there was none for so long.</summary>
    private async Task<RulesetChange?> NextOfOursAsync(RulesetEvents events, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(CheckInterval);
        try
        {
            while (true)
            {
                var change = await events.NextAsync(patience.Token);
                _changes.Writer.TryWrite(true);
                if (_tables.Any(change.Concerns))
                    return change;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task MendPatientlyAsync(CancellationToken cancellationToken)
    {
        for (var pause = ShortestPause; await MendAsync(cancellationToken) is { } failure; pause = Longer(pause))
        {
            LogNotMended(failure.Message);
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<Failure?> MendAsync(CancellationToken cancellationToken)
    {
        using var turn = await _loading.TakeAsync(Rules, cancellationToken);
        if (_asLoaded is null || await ListAsync(cancellationToken) == _asLoaded)
            return null;
        // Whoever else changes them again and again would else have us do so as often as the machine can.
        if (_pauseOfFight > TimeSpan.Zero)
            await Task.Delay(_pauseOfFight, time, cancellationToken);
        // What another program has changed meanwhile must not be taken for what was loaded.
        if (await LoadAsync(cancellationToken) is { } failure)
            return failure;
        LoseLimits();
        if (await ListAsync(cancellationToken) != _asLoaded)
            return NotLoaded("another program changes it at the same time");
        LogMended();
        _pauseOfFight = time.GetElapsedTime(_mendedAt) > Quiet ? TimeSpan.Zero : Longer(_pauseOfFight);
        _mendedAt = time.GetTimestamp();
        return null;
    }

    private async Task<Failure?> LoadAsync(CancellationToken cancellationToken)
    {
        var behindDoor = PortBehindDoor is { } port ? new IPEndPoint(HostAddress, port) : null;
        var rules = FirewallRules.Table(
                options.Instance, _subnet, options.DnsServersOrDefault, options.Network, behindDoor)
            + BandwidthRules.Table(options.Instance);
        var loaded = await _nftables.ChangeAsync(rules, cancellationToken);
        return loaded.Succeeded ? null : NotLoaded(loaded.Output.Trim());
    }

    private static Failure NotLoaded(string why) => new(
        FailureKind.RuntimeUnavailable,
        $"The firewall for pods cannot be loaded: {why}",
        Blame.Host,
        Retryable: true);

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

    private async Task<bool> TryLimitAgainAsync(
        Func<CancellationToken, Task<IReadOnlyList<(IPAddress Pod, long BytesPerSecond)>>> findPodsAsync,
        CancellationToken cancellationToken)
    {
        _haveLimitsGone = false;
        // The host itself has removed them.
        if (_asLoaded is null)
            return true;
        try
        {
            // Those that have theirs keep it: one that is set anew lets another second's worth through at once.
            var pods = await findPodsAsync(cancellationToken);
            if (await LimitAsync(pods, areAnew: false, cancellationToken) is not { } failure)
                return true;
            LogNotMended(failure.Message);
            return false;
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            // containerd, which knows the pods, may be away for a moment.
            LogNotMended(failed.Message);
            return false;
        }
    }

    private static TimeSpan Longer(TimeSpan pause) =>
        TimeSpan.FromTicks(Math.Clamp(pause.Ticks * 2, ShortestPause.Ticks, Pause.Ticks));
}
