using Codius.Bench;
using Codius.Bench.Density;
using Codius.Bench.Interledger;
using Codius.Bench.Proxy;
using Codius.Bench.Start;

if (args is [BenchProcess.Part, .. var part])
    return await BenchProcess.RunAsync(part);

var suites = new Dictionary<string, Func<IAsyncEnumerable<Measure>>>(StringComparer.Ordinal)
{
    ["start"] = StartSuite.RunAsync,
    ["density"] = DensitySuite.RunAsync,
    ["proxy"] = ProxySuite.RunAsync,
    ["interledger"] = InterledgerSuite.RunAsync,
};
string[] all = [.. suites.Keys];
foreach (var (name, run) in InterledgerSuite.Parts)
    suites.Add(name, run);

foreach (var name in args.Length == 0 ? all : args)
{
    if (!suites.TryGetValue(name, out var suite))
    {
        await Console.Error.WriteLineAsync($"no suite {name}: there are {string.Join(", ", suites.Keys)}");
        return 2;
    }

    await foreach (var measure in suite()) Console.WriteLine(measure);
}

return 0;
