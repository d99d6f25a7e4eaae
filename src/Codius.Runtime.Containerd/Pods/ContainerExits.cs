using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cri;
using Codius.Runtime.Containerd.Cri.Events;
using Codius.Runtime.Containerd.Cri.V1;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd.Pods;

/// <summary>
/// Reports exits from containerd's stream of events. The stream can break, and says nothing of what happened while
/// nobody listened: so what has exited is also looked up, at once after each (re)connection and now and then.
/// </summary>
internal sealed partial class ContainerExits(
    CriClient cri, PodLabels labels, TimeProvider time, ILogger<ContainerExits> logger)
{
    private const string Filter = """topic=="/tasks/exit",namespace==k8s.io""";
    private const int Capacity = 4096;
    private static readonly TimeSpan AgreedWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AgreedCheck = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Reconnect = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan[] Reconciliations =
        [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15)];

    private readonly ConcurrentDictionary<Watcher, bool> _watchers = new();
    private readonly ConcurrentDictionary<string, (PodId Pod, string? Container)> _names = new();

    /// <summary>Exits of what is there, those before the call first; each once.</summary>
    public async IAsyncEnumerable<PodEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = new Watcher();
        _watchers.TryAdd(watcher, true);
        try
        {
            await ReconcileAsync(cancellationToken);
            await foreach (var exit in watcher.Events.ReadAllAsync(cancellationToken))
                yield return exit;
        }
        finally
        {
            _watchers.TryRemove(watcher, out _);
        }
    }

    /// <summary>Listens until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var reconciling = ReconcileRegularlyAsync(cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var envelope in cri.SubscribeAsync(Filter, cancellationToken))
                    await ReportAsync(TaskExit.Parser.ParseFrom(envelope.Event.Value), cancellationToken);
            }
            catch (Exception broken) when (broken is IOException or HttpRequestException
                or InvalidProtocolBufferException)
            {
                LogStreamEnded(broken.Message);
            }

            await Task.Delay(Reconnect, time, cancellationToken);
        }

        await reconciling;
    }

    private async Task ReconcileRegularlyAsync(CancellationToken cancellationToken)
    {
        for (var round = 0; ; round++)
        {
            await Task.Delay(Reconciliations[Math.Min(round, Reconciliations.Length - 1)], time, cancellationToken);
            try
            {
                await ReconcileAsync(cancellationToken);
            }
            catch (IOException away)
            {
                LogNotReconciled(away.Message);
            }
        }
    }

    private async Task ReportAsync(TaskExit exit, CancellationToken cancellationToken)
    {
        if (exit.Id != exit.ContainerId)
            return;
        if (!_names.ContainsKey(exit.ContainerId))
            await LearnAsync(cancellationToken);
        if (!_names.TryGetValue(exit.ContainerId, out var name))
            return;
        if (name.Container is not null)
            await AgreedAsync(exit.ContainerId, cancellationToken);
        var at = exit.ExitedAt.ToDateTimeOffset();
        Publish(exit.ContainerId, new PodEvent(name.Pod, name.Container, (int)exit.ExitStatus, at));
    }

    /// <summary>
    /// The event comes a moment before the interface that answers questions knows of it. Whoever is told of an exit
    /// looks, and must not find the container running.
    /// </summary>
    private async Task AgreedAsync(string container, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while ((await cri.ContainerStatusAsync(container, cancellationToken)).Value?.Status
                is { State: ContainerState.ContainerRunning }
            && time.GetElapsedTime(since) < AgreedWithin)
            await Task.Delay(AgreedCheck, time, cancellationToken);
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        var exited = await LearnAsync(cancellationToken);
        foreach (var id in exited)
        {
            var reply = await cri.ContainerStatusAsync(id, cancellationToken);
            if (reply.Value?.Status is { State: ContainerState.ContainerExited } status
                && _names.TryGetValue(id, out var name))
            {
                var at = DateTimeOffset.UnixEpoch.AddTicks(status.FinishedAt / 100);
                Publish(id, new PodEvent(name.Pod, name.Container, status.ExitCode, at));
            }
        }
    }

    /// <summary>
    /// Brings the names up to date; returns the exited containers that some watcher has not heard of.
    /// </summary>
    private async Task<IReadOnlyList<string>> LearnAsync(CancellationToken cancellationToken)
    {
        var sandboxes = (await cri.ListPodSandboxAsync(labels.OfAll(), cancellationToken))
            .Require("ListPodSandbox").Items;
        var containers = (await cri.ListContainersAsync(labels.OfAll(), cancellationToken))
            .Require("ListContainers").Containers;
        foreach (var sandbox in sandboxes)
            _names.TryAdd(sandbox.Id, (PodLabels.IdOf(sandbox.Labels), null));
        foreach (var container in containers)
            _names.TryAdd(container.Id, (PodLabels.IdOf(container.Labels), container.Metadata.Name));
        var present = sandboxes.Select(s => s.Id).Concat(containers.Select(c => c.Id)).ToHashSet();
        foreach (var gone in _names.Keys.Where(k => !present.Contains(k)))
        {
            _names.TryRemove(gone, out _);
            foreach (var watcher in _watchers.Keys)
                watcher.Forget(gone);
        }

        return [.. containers
            .Where(c => c.State == ContainerState.ContainerExited && _watchers.Keys.Any(w => !w.HasReported(c.Id)))
            .Select(c => c.Id)];
    }

    private void Publish(string key, PodEvent exit)
    {
        foreach (var watcher in _watchers.Keys)
            watcher.Publish(key, exit);
    }

    /// <summary>
    /// One reader and what it was told. A reader that falls far behind loses the oldest; it has to look at the list of
    /// pods now and then anyway.
    /// </summary>
    private sealed class Watcher
    {
        private readonly ConcurrentDictionary<string, bool> _reported = new();

        private readonly Channel<PodEvent> _events = Channel.CreateBounded<PodEvent>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

        public ChannelReader<PodEvent> Events => _events.Reader;

        public void Publish(string key, PodEvent exit)
        {
            if (_reported.TryAdd(key, true))
                _events.Writer.TryWrite(exit);
        }

        public bool HasReported(string key) => _reported.ContainsKey(key);

        public void Forget(string key) => _reported.TryRemove(key, out _);
    }
}
