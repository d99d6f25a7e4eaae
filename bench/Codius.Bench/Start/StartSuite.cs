using Codius.Testing.Processes;

namespace Codius.Bench.Start;

/// <summary>Milliseconds from the money to the first answer of a pod whose image is there, beside bare CRI.</summary>
public static class StartSuite
{
    private const int Rounds = 9;
    private const string Gvisor = "/var/tmp/codius-test-gvisor";

    public static async IAsyncEnumerable<Measure> RunAsync()
    {
        yield return await MeasureAsync("start-cold-runc", "runc", runtimeProgram: null);
        var install = new ProgramStart(Repository.PathOf("test", "tools", "install-gvisor.sh"), Gvisor);
        (await RunningProgram.RunAsync(install, TimeSpan.FromMinutes(3))).EnsureSuccess();
        yield return await MeasureAsync("start-cold-gvisor", "runsc", Path.Combine(Gvisor, "runsc"));
    }

    private static async Task<Measure> MeasureAsync(string name, string handler, string? runtimeProgram)
    {
        await using var host = await BenchHost.StartAsync(handler, runtimeProgram);
        await using var paid = await PaidStart.ConnectAsync(host);
        using var bare = new BareStart(host, handler);
        List<double> ours = [], others = [];
        for (var round = 0; round <= Rounds; round++)
        {
            // One of each in turn, so that what else the machine does meets both; the first is for warming up.
            ours.Add((await paid.BuyAsync($"paid-{round}")).ToFirstAnswer.TotalMilliseconds);
            others.Add((await bare.MeasureAsync($"bare-{round}")).TotalMilliseconds);
        }

        return new Measure(name, Median.Of(ours.Skip(1)), Median.Of(others.Skip(1)));
    }
}
