using Codius.Core.Pods;

namespace Codius.Host.Pods;

internal sealed partial class PodActor
{
    private readonly Dictionary<string, ContainerEnd> _ends = [];

    // A container that ended is the pod's own doing: its time runs on, whoever asks is told, and it is started again.
    private void Look(PodStatus status)
    {
        var view = View!;
        foreach (var container in status.Containers.Where(IsDown))
            NoteEnd(container, view.Manifest.Port is not null);
        var trigger = TriggerOf(status);
        var before = view.State;
        if (before.Allows(trigger))
            view = view with { State = before.After(trigger) };
        View = See(view, status);
        Note(before, View.State, View.Trouble ?? trigger switch
        {
            PodTrigger.AllDone => "all its containers have done their work",
            _ => "all its containers run",
        });
        ScheduleNext();
    }

    private PodTrigger TriggerOf(PodStatus status)
    {
        if (status.Containers.Any(container => IsDown(container) && _ends[container.Name].StartsAgainAt is not null))
            return PodTrigger.ContainerEnded;
        return status.Containers.Count > 0 && status.Containers.All(IsDown)
            ? PodTrigger.AllDone
            : PodTrigger.ContainersRun;
    }

    // One that was made and not started is what a host leaves that dies while it starts a container again.
    private static bool IsDown(ContainerStatus container) =>
        container.Phase is ContainerPhase.Exited or ContainerPhase.Created;

    private void NoteEnd(ContainerStatus container, bool podHasPort)
    {
        var before = _ends.GetValueOrDefault(container.Name);
        if (before?.Attempt == container.Attempt)
            return;
        var now = _services.Time.GetUtcNow();
        var endedAt = container.FinishedAt ?? now;
        var ends = RestartPolicy.CountEnds(before?.Ends ?? 0, endedAt - (container.StartedAt ?? endedAt));
        var again = RestartPolicy.Restarts(podHasPort, container.ExitCode);
        var delay = RestartPolicy.DelayAfter(ends);
        var end = new ContainerEnd(
            container.Attempt, ends, container.ExitCode, container.Reason, endedAt, again ? now + delay : null);
        _ends[container.Name] = end;
        var told = end.Describe(container.Name) + (again ? $"; it is started again in {delay.TotalSeconds:0} s" : "");
        LogTrouble(_services.Log, Manifest, View!.Record.Id, told);
        _services.Notes.Add(Manifest, told);
    }

    private IEnumerable<DateTimeOffset> DueRestarts() => View is { State: PodState.Restarting }
        ? _ends.Values.Select(end => end.StartsAgainAt).OfType<DateTimeOffset>()
        : [];

    private async Task RestartDueAsync(DateTimeOffset now)
    {
        if (View is not { State: PodState.Restarting } view)
            return;
        var due = _ends.Where(end => end.Value.StartsAgainAt <= now).Select(end => end.Key).ToList();
        foreach (var container in due)
            await RestartAsync(view, container);
        if (due.Count > 0)
            await HandleInspectAsync(view.Record.Id);
    }

    private async Task RestartAsync(PodView view, string container)
    {
        var end = _ends[container];
        var spec = ToSpec(view.Record.Id, OrderOf(view));
        var restarted = await _services.Runtime.RestartAsync(spec, container, CancellationToken.None);
        if (restarted.Succeeded(out _, out var failure))
        {
            _ends[container] = end with { StartsAgainAt = null };
            _services.Notes.Add(Manifest, $"container {container} was started again");
            return;
        }

        // It counts as one more end, and what made it impossible may be gone the next time.
        var ends = RestartPolicy.CountEnds(end.Ends, TimeSpan.Zero);
        var next = _services.Time.GetUtcNow() + RestartPolicy.DelayAfter(ends);
        _ends[container] = end with { Ends = ends, Reason = failure.Message, StartsAgainAt = next };
        LogTrouble(_services.Log, Manifest, view.Record.Id, $"container {container}: {failure.Message}");
    }

    private PodView See(PodView view, PodStatus status) => view with
    {
        Address = status.Address,
        Trouble = TroubleOf(view.State, status),
        Containers =
        [
            .. status.Containers.Select(container =>
                new ContainerView(container, _ends.GetValueOrDefault(container.Name))),
        ],
    };

    private string? TroubleOf(PodState state, PodStatus status)
    {
        if (state != PodState.Restarting)
            return null;
        var down = status.Containers.Where(IsDown).Select(container => container.Name)
            .Where(name => _ends.GetValueOrDefault(name)?.StartsAgainAt is not null);
        return string.Join("; ", down.Select(name => _ends[name].Describe(name)
            + $"; it is started again at {PodAnswers.Time(_ends[name].StartsAgainAt!.Value)}"));
    }
}
