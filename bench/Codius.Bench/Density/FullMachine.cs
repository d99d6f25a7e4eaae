using System.Diagnostics;
using System.Net;
using Codius.Bench.Start;
using Codius.Runtime.Containerd.Cri;

namespace Codius.Bench.Density;

/// <summary>One host and the pods on it.</summary>
public sealed class FullMachine(BenchHost host, PaidStart paid, BareStart bare)
{
    private const int AtOnce = 4;
    private const int Singles = 10;

    // More of them at a time would only wait for each other, and for the new host.
    private const int AskedAtOnce = 8;

    // A host gives back what it kept for a burst some seconds after its end, and looks at all its pods in between.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<string> _pods = [];
    private TimeSpan _time;
    private TimeSpan _bareTime;
    private int _chunked;

    /// <summary>Pods a second.</summary>
    public double Rate => _chunked / _time.TotalSeconds;

    public double BareRate => _chunked / _bareTime.TotalSeconds;

    /// <summary>Milliseconds of each of the last starts, one at a time.</summary>
    public List<double> Last { get; } = [];

    public List<double> BareLast { get; } = [];

    /// <summary>Bytes, from the first chunk on, which is for warming up.</summary>
    public double MemoryPerPod { get; private set; }

    public async Task FillAsync(int count, int chunk)
    {
        await FillChunkAsync(chunk);
        (_time, _bareTime, _chunked) = (TimeSpan.Zero, TimeSpan.Zero, 0);
        await Task.Delay(Settled, TimeProvider.System);
        var (before, memory) = (_pods.Count, host.Memory);
        while (_pods.Count < count - Singles)
            await FillChunkAsync(Math.Min(chunk, count - Singles - _pods.Count));
        while (_pods.Count < count)
        {
            var bought = await paid.BuyAsync($"pod-{_pods.Count}");
            _pods.Add(bought.Hash);
            Last.Add(bought.ToFirstAnswer.TotalMilliseconds);
            BareLast.Add((await bare.MeasureAsync($"bare-{_pods.Count}")).TotalMilliseconds);
        }

        await Task.Delay(Settled, TimeProvider.System);
        MemoryPerPod = (double)(host.Memory - memory) / (_pods.Count - before);
    }

    /// <summary>
    /// How long it is from the end of the old host until all pods answer through the new one. They are asked for a
    /// file: a page that starts programs would measure the pods' work, which takes longer than the host's.
    /// </summary>
    /// <exception cref="InvalidOperationException">A pod did not answer meanwhile.</exception>
    public async Task<TimeSpan> RestartAsync()
    {
        var addresses = await AddressesAsync();
        using var stop = new CancellationTokenSource();
        var watching = WatchAsync(addresses, stop.Token);
        var started = Stopwatch.GetTimestamp();
        await host.RestartAsync();
        await Parallel.ForEachAsync(
            _pods,
            new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce },
            async (hash, _) =>
                await FirstAnswer.WaitAsync(new Uri(host.Url, BenchHost.StaticPage), hash + ".localhost"));
        var elapsed = Stopwatch.GetElapsedTime(started);
        await stop.CancelAsync();
        await watching;
        return elapsed;
    }

    private async Task FillChunkAsync(int count)
    {
        var names = Enumerable.Range(_pods.Count, count).ToList();
        var prepared = await Task.WhenAll(names.Select(number => paid.PrepareAsync($"pod-{number}")));
        _time += await TimeAsync(prepared, pod => pod.PayAsync());
        _pods.AddRange(prepared.Select(pod => pod.Hash));

        var sandboxes = new List<string>();
        _bareTime += await TimeAsync(names, async number =>
        {
            var (sandbox, _) = await bare.StartAsync($"bare-{number}");
            lock (sandboxes)
                sandboxes.Add(sandbox);
        });
        await Parallel.ForEachAsync(
            sandboxes,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (sandbox, _) => await bare.RemoveAsync(sandbox));
        _chunked += count;
    }

    private static async Task<TimeSpan> TimeAsync<T>(IEnumerable<T> items, Func<T, Task> start)
    {
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            items, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (item, _) => await start(item));
        return Stopwatch.GetElapsedTime(started);
    }

    private async Task<List<IPAddress>> AddressesAsync()
    {
        using var cri = new CriClient(host.ContainerdSocket, TimeProvider.System);
        var listed = await cri.ListPodSandboxAsync(new Dictionary<string, string>(), default);
        var addresses = new List<IPAddress>();
        foreach (var sandbox in listed.Require("ListPodSandbox").Items)
        {
            var status = (await cri.PodSandboxStatusAsync(sandbox.Id, verbose: false, default))
                .Require("PodSandboxStatus");
            addresses.Add(IPAddress.Parse(status.Status.Network.Ip));
        }

        return addresses;
    }

    // One after another, with pauses, as asking takes what the new host needs to start. What counts is that there is an
    // answer, not how soon.
    private static async Task WatchAsync(List<IPAddress> addresses, CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = Patience };
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var address = addresses[number % addresses.Count];
            using var answer = await http.GetAsync(
                new Uri($"http://{address}:8080/{BenchHost.StaticPage}"), CancellationToken.None);
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException($"The pod at {address} answered {answer.StatusCode}.");
            await Task.Delay(BetweenQuestions, TimeProvider.System, CancellationToken.None);
        }
    }
}
