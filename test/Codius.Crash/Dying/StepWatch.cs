using System.Diagnostics;

namespace Codius.Crash.Dying;

/// <summary>Counts how often a host came by a step, and does there what it is to do.</summary>
internal sealed class StepWatch(Step step)
{
    private int _count;

    public void Reach(string name, bool isAfter)
    {
        if (name != step.Name || isAfter != step.IsAfter || Interlocked.Increment(ref _count) != step.Count)
            return;
        if (step.Action == StepAction.Die)
        {
            Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite);
        }

        Console.WriteLine(Step.ReachedLine);
        Console.ReadLine();
    }
}
