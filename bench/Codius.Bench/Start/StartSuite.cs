namespace Codius.Bench.Start;

/// <summary>
/// Milliseconds from the money to the first answer of a pod whose image is there, beside bare CRI: cold, and into a
/// sandbox that stood ready.
/// </summary>
public static class StartSuite
{
    private const int Rounds = 21;
    private const int Warm = 2;

    public static async IAsyncEnumerable<Measure> RunAsync()
    {
        foreach (var isolation in Isolation.All)
        {
            yield return await MeasureAsync("start-cold-" + isolation.Name, isolation, warm: 0);
            yield return await MeasureAsync("start-warm-" + isolation.Name, isolation, Warm);
        }
    }

    private static async Task<Measure> MeasureAsync(string name, Isolation isolation, int warm)
    {
        await using var host = await isolation.StartHostAsync($"Runtime:WarmSandboxes={warm}");
        await using var paid = await PaidStart.ConnectAsync(host);
        using var bare = new BareStart(host, isolation.Handler);
        List<double> ours = [], others = [];
        for (var round = 0; round <= Rounds; round++)
        {
            // One of each in turn, so that what else the machine does meets both; the first is for warming up.
            await host.WaitUntilWarmAsync(warm);
            ours.Add((await paid.BuyAsync($"paid-{round}")).ToFirstAnswer.TotalMilliseconds);
            await host.WaitUntilWarmAsync(warm);
            others.Add((await bare.MeasureAsync($"bare-{round}")).TotalMilliseconds);
        }

        return new Measure(name, Median.Of(ours.Skip(1)), Median.Of(others.Skip(1)));
    }
}
