using Codius.Bench.Start;

namespace Codius.Bench.Density;

/// <summary>
/// Fills a machine with pods that are paid for, cold, four at a time, in turns with bare CRI at the same number of
/// pods: pods a second, the last ones' milliseconds from the money to the first answer, and the host's own memory in
/// KiB for each pod beside its limit. Then the host is restarted under all of them.
/// </summary>
public static class DensitySuite
{
    private const double MostMemory = 100;
    private const double LongestRestart = 3;

    public static async IAsyncEnumerable<Measure> RunAsync()
    {
        await foreach (var measure in RunAsync(Isolation.Runc, count: 200, chunk: 19, restart: true))
            yield return measure;
        await foreach (var measure in RunAsync(Isolation.Gvisor, count: 60, chunk: 10, restart: false))
            yield return measure;
    }

    private static async IAsyncEnumerable<Measure> RunAsync(Isolation isolation, int count, int chunk, bool restart)
    {
        var name = "density-" + isolation.Name;
        await using var host = await isolation.StartHostAsync(
            "Runtime:WarmSandboxes=0",
            // gVisor's other platform never sleeps: there are machines on which sixty idle pods of it fill two cores.
            "Runtime:GvisorPlatform=ptrace",
            "MemoryOvercommit=20",
            "MaxCpuFraction=200",
            "MaxDiskFraction=20",
            "Payments:MaxUnpaidOperationsPerCaller=64");
        await using var paid = await PaidStart.ConnectAsync(host);
        using var bare = new BareStart(host, isolation.Handler);
        var machine = new FullMachine(host, paid, bare);
        await machine.FillAsync(count, chunk);
        yield return new Measure(name, machine.Rate, machine.BareRate);
        yield return new Measure(name + "-last", Median.Of(machine.Last), Median.Of(machine.BareLast));
        yield return new Measure(name + "-memory", machine.MemoryPerPod / 1024, MostMemory);
        if (restart)
            yield return new Measure("restart-" + count, (await machine.RestartAsync()).TotalSeconds, LongestRestart);
    }
}
