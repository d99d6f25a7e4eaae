using System.Net;
using System.Threading.Channels;
using Codius.Core;
using Codius.Core.Pods;

namespace Codius.Testing.Runtime;

/// <summary>
/// What outlives a host: the pods of a scripted runtime. Containers play the <see cref="Step"/>s of their command, or
/// stay if they have none; a test can end them and write for them.
/// </summary>
public sealed class ScriptedMachine(TimeProvider time)
{
    private const int KilledExit = 137;
    private const int TerminatedExit = 143;

    private readonly Lock _lock = new();
    private readonly Dictionary<PodId, ScriptedPod> _pods = [];
    private readonly List<ChannelWriter<PodEvent>> _watchers = [];
    private TaskCompletionSource _changed = NewSignal();

    public TimeProvider Time => time;

    /// <summary>Where a pod's port is: 127.0.0.1, so that a test's listener on it is the pod's.</summary>
    public Func<PodSpec, IPAddress> Address { get; set; } = _ => IPAddress.Loopback;

    /// <summary>
    /// Why an image cannot be had, or null. Images of which "missing" is a part of the name do not exist.
    /// </summary>
    public Func<ImageReference, Failure?> Registry { get; set; } = image => image.Repository.Contains("missing")
        ? new Failure(FailureKind.ImageNotFound, $"There is no image {image}.", Blame.Caller)
        : null;

    /// <summary>The pods that exist now.</summary>
    public IReadOnlyList<PodSpec> Pods
    {
        get
        {
            lock (_lock)
                return [.. _pods.Values.Select(p => p.Spec)];
        }
    }

    /// <summary>Ends a container of a pod, as a program does by itself.</summary>
    public void Exit(PodId id, string container, int exitCode, string? reason = null)
    {
        lock (_lock)
            End(_pods[id], _pods[id].Container(container), exitCode, reason);
    }

    /// <summary>Ends everything on the machine, as a reboot does: sandboxes are listed, but dead.</summary>
    public void Reboot()
    {
        lock (_lock)
        {
            foreach (var pod in _pods.Values)
            {
                EndAll(pod, _ => KilledExit);
                (pod.SandboxReady, pod.Paused) = (false, false);
            }
        }
    }

    /// <summary>Writes a line for a container.</summary>
    public void Write(PodId id, string container, LogStream stream, string text)
    {
        lock (_lock)
            Write(_pods[id], container, stream, text);
    }

    /// <summary>Whether a pod has not been given its full share yet.</summary>
    public bool IsCaged(PodId id)
    {
        lock (_lock)
            return _pods[id].Caged;
    }

    /// <summary>Whether nothing in a pod goes on.</summary>
    public bool IsPaused(PodId id)
    {
        lock (_lock)
            return _pods.TryGetValue(id, out var pod) && pod.Paused;
    }

    internal PodStatus Create(PodSpec spec)
    {
        lock (_lock)
        {
            if (!_pods.TryGetValue(spec.Id, out var pod))
                _pods.Add(spec.Id, pod = new ScriptedPod(spec, Address(spec), time.GetUtcNow()));
            return pod.Status();
        }
    }

    internal Outcome<PodStatus> Start(PodId id)
    {
        lock (_lock)
        {
            if (!_pods.TryGetValue(id, out var pod))
                return Failure.NotFound($"There is no pod {id}.");
            foreach (var container in pod.Containers.Where(c => c.Phase == ContainerPhase.Created))
            {
                if (container.Spec.Command is ["not-found", ..])
                    return Failure.PodFailed(
                        $"Container '{container.Spec.Name}' could not be started: not-found: not found");
                (container.Phase, container.StartedAt) = (ContainerPhase.Running, time.GetUtcNow());
                Play(pod, container);
            }

            return pod.Status();
        }
    }

    internal Outcome<PodStatus> Restart(PodId id, string name)
    {
        lock (_lock)
        {
            if (!_pods.TryGetValue(id, out var pod) || !pod.SandboxReady)
                return Failure.NotFound($"There is no pod {id}.");
            var container = pod.Container(name);
            if (container.Phase == ContainerPhase.Running)
                return pod.Status();
            container.Begin(time.GetUtcNow());
            Play(pod, container);
            return pod.Status();
        }
    }

    internal void SetPaused(PodId id, bool paused)
    {
        lock (_lock)
        {
            if (_pods.TryGetValue(id, out var pod) && pod.SandboxReady)
                pod.Paused = paused;
        }
    }

    internal void Uncage(PodId id)
    {
        lock (_lock)
        {
            if (_pods.TryGetValue(id, out var pod))
                pod.Caged = false;
        }
    }

    internal IReadOnlyList<PodStatus> Statuses(PodId? id = null)
    {
        lock (_lock)
            return [.. _pods.Values.Where(p => id is null || p.Spec.Id == id).Select(p => p.Status())];
    }

    internal void Stop(PodId id, TimeSpan grace)
    {
        lock (_lock)
        {
            if (!_pods.TryGetValue(id, out var pod))
                return;
            pod.Paused = false;
            EndAll(pod, c => c.Stubborn || grace == TimeSpan.Zero ? KilledExit : TerminatedExit);
        }
    }

    internal void Remove(PodId id)
    {
        lock (_lock)
        {
            if (!_pods.Remove(id, out var pod))
                return;
            EndAll(pod, _ => KilledExit);
            Signal();
        }
    }

    /// <summary>A pod's lines from an index on, whether it is gone, and what is done when there may be more.</summary>
    internal (IReadOnlyList<LogLine> Lines, bool Gone, Task Changed) Read(PodId id, int from)
    {
        lock (_lock)
            return _pods.TryGetValue(id, out var pod)
                ? ([.. pod.Log.Skip(from)], false, _changed.Task)
                : ([], true, Task.CompletedTask);
    }

    internal ChannelReader<PodEvent> Watch()
    {
        var events = Channel.CreateBounded<PodEvent>(1024);
        lock (_lock)
        {
            _watchers.Add(events.Writer);
            foreach (var pod in _pods.Values)
            {
                foreach (var ended in pod.Containers.Where(c => c.Phase == ContainerPhase.Exited))
                    events.Writer.TryWrite(EventOf(pod, ended));
            }
        }

        return events.Reader;
    }

    private void Play(ScriptedPod pod, ScriptedContainer container)
    {
        foreach (var step in (container.Spec.Command ?? [Step.Stay.ToString()]).Select(Step.Parse))
        {
            switch (step.Verb)
            {
                case "out":
                    Write(pod, container.Spec.Name, LogStream.Stdout, step.Argument);
                    break;
                case "error":
                    Write(pod, container.Spec.Name, LogStream.Stderr, step.Argument);
                    break;
                case "variable":
                    var value = container.Spec.Environment.GetValueOrDefault(step.Argument, "");
                    Write(pod, container.Spec.Name, LogStream.Stdout, value);
                    break;
                case "directory":
                    Write(pod, container.Spec.Name, LogStream.Stdout, container.Spec.WorkingDirectory ?? "/");
                    break;
                case "exit":
                    End(pod, container, int.Parse(step.Argument));
                    return;
                default:
                    container.Stubborn = step == Step.Stubborn;
                    return;
            }
        }

        End(pod, container, 0);
    }

    private void Write(ScriptedPod pod, string container, LogStream stream, string text)
    {
        var number = pod.Log.Count(line => line.Container == container) + 1;
        pod.Log.Add(new LogLine(container, stream, time.GetUtcNow(), text, number));
        Signal();
    }

    private void EndAll(ScriptedPod pod, Func<ScriptedContainer, int> exitCode)
    {
        foreach (var container in pod.Containers.Where(c => c.Phase == ContainerPhase.Running))
            End(pod, container, exitCode(container));
    }

    private void End(ScriptedPod pod, ScriptedContainer container, int exitCode, string? reason = null)
    {
        container.Phase = ContainerPhase.Exited;
        container.ExitCode = exitCode;
        container.Reason = reason ?? (exitCode == 0 ? "Completed" : "Error");
        container.FinishedAt = time.GetUtcNow();
        foreach (var watcher in _watchers)
            watcher.TryWrite(EventOf(pod, container));
        Signal();
    }

    private static PodEvent EventOf(ScriptedPod pod, ScriptedContainer container) =>
        new(pod.Spec.Id, container.Spec.Name, container.ExitCode, container.FinishedAt.GetValueOrDefault());

    private void Signal()
    {
        var before = _changed;
        _changed = NewSignal();
        before.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
