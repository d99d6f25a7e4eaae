using Codius.Bench;
using Codius.Bench.Proxy;
using Codius.Bench.Start;

var suites = new Dictionary<string, Func<IAsyncEnumerable<Measure>>>(StringComparer.Ordinal)
{
    ["start"] = StartSuite.RunAsync,
    ["proxy"] = ProxySuite.RunAsync,
};

foreach (var name in args.Length == 0 ? [.. suites.Keys] : args)
{
    if (!suites.TryGetValue(name, out var suite))
    {
        await Console.Error.WriteLineAsync($"no suite {name}: there are {string.Join(", ", suites.Keys)}");
        return 2;
    }

    await foreach (var measure in suite()) Console.WriteLine(measure);
}

return 0;
