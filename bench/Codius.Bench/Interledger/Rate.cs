using System.Diagnostics;

namespace Codius.Bench.Interledger;

/// <summary>How often a second something is done.</summary>
public static class Rate
{
    /// <summary>Does work for the length of a round; each call says how often it did its thing.</summary>
    public static double Of(Func<int> work)
    {
        var started = Stopwatch.GetTimestamp();
        var done = 0L;
        TimeSpan elapsed;
        do
        {
            done += work();
            elapsed = Stopwatch.GetElapsedTime(started);
        }
        while (elapsed < Rounds.Length);
        return done / elapsed.TotalSeconds;
    }

    /// <summary>The same on threads of their own, one for each processor.</summary>
    public static double OfAll(IReadOnlyList<Func<int>> works)
    {
        var rates = new double[works.Count];
        var threads = works.Select((work, index) => new Thread(() => rates[index] = Of(work))).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        return rates.Sum();
    }

    /// <summary>The same for work that waits.</summary>
    public static async Task<double> OfAsync(Func<Task<int>> work)
    {
        var started = Stopwatch.GetTimestamp();
        var done = 0L;
        TimeSpan elapsed;
        do
        {
            done += await work();
            elapsed = Stopwatch.GetElapsedTime(started);
        }
        while (elapsed < Rounds.Length);
        return done / elapsed.TotalSeconds;
    }
}
