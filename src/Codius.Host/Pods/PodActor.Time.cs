using Codius.Core.Pods;

namespace Codius.Host.Pods;

internal sealed partial class PodActor
{
    private const int WarnedPart = 10;
    private static readonly TimeSpan SmallestJump = TimeSpan.FromSeconds(10);
    private DateTimeOffset? _warnedOf;
    private (DateTimeOffset Clock, long Timestamp)? _looked;

    private async Task HandleCheckTimeAsync()
    {
        if (View is not { } view)
            return;
        var now = _services.Time.GetUtcNow();
        if (view.Record.PausedUntil is { } until && until <= now)
            await EndAsync(PodTrigger.GraceOver, "its time is over, and nobody paid for more", now);
        else if (view.Record.PausedUntil is not null)
            await StandStillAsync(view);
        else if (view.Record.ExpiresAt <= now)
            await TimeIsOverAsync(view, now);
        else
        {
            Warn(view, now);
            await RestartDueAsync(now);
        }

        ScheduleNext();
    }

    // A clock that was set forward has not served anything, nor has a machine that slept: the time that was paid for
    // ends as much later. One that was set back gives time away, which is for the operator to bear.
    private async Task FollowClockAsync()
    {
        var now = _services.Time.GetUtcNow();
        var jump = _looked is { } last
            ? now - last.Clock - _services.Time.GetElapsedTime(last.Timestamp)
            : TimeSpan.Zero;
        var look = (now, _services.Time.GetTimestamp());
        if (jump >= SmallestJump && View is { Record.PausedUntil: null } view)
        {
            await _services.Store.ResumePodAsync(Manifest, view.Record.Id, jump, now, CancellationToken.None);
            View = view with { Record = view.Record with { ExpiresAt = view.Record.ExpiresAt + jump } };
            // The time that it is away is counted by the clock as well, and not twice.
            _downSince += jump;
            LogClockJumped(_services.Log, Manifest, jump);
        }

        // Not before the store has it: what could not be written is seen again at the next look.
        _looked = look;
    }

    /// <summary>From when on a pod expires soon.</summary>
    public static DateTimeOffset WarningOf(PodRecord record, PodOptions options)
    {
        var part = (record.ExpiresAt - record.StartedAt) / WarnedPart;
        return record.ExpiresAt - (part < options.WarnBefore ? part : options.WarnBefore);
    }

    private void Warn(PodView view, DateTimeOffset now)
    {
        var record = view.Record;
        if (_warnedOf == record.ExpiresAt || WarningOf(record, _services.Pods) > now)
            return;
        _warnedOf = record.ExpiresAt;
        _services.Notes.Add(
            Manifest,
            $"the time of this pod is over in {Math.Ceiling((record.ExpiresAt - now).TotalSeconds):0} seconds, at "
            + $"{PodAnswers.Time(record.ExpiresAt)}, unless somebody pays for more");
    }

    // Timers have a longest time, and clocks are set: looking again now and then costs little.
    private void ScheduleNext()
    {
        if (View is not { } view)
            return;
        var now = _services.Time.GetUtcNow();
        var left = NextMoments(view).Min() - now;
        var next = left < LongestSleep ? left : LongestSleep;
        _alarm.Change(next > TimeSpan.Zero ? next : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private IEnumerable<DateTimeOffset> NextMoments(PodView view)
    {
        if (view.Record.PausedUntil is { } until)
        {
            yield return until;
            yield break;
        }

        yield return view.Record.ExpiresAt;
        if (_warnedOf != view.Record.ExpiresAt)
            yield return WarningOf(view.Record, _services.Pods);
        foreach (var due in DueRestarts())
            yield return due;
    }
}
