using System.Globalization;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>A host leaves the machine's memory to its pods.</summary>
public sealed class MemoryTests(ITestOutputHelper output)
{
    private const long Limit = 120 * 1024;

    [Fact]
    public async Task An_idle_host_is_small()
    {
        await using var host = await CodiusHost.StartAsync();
        await host.GetJsonAsync("/info");
        var kibibytes = ResidentMemory(host.Program);
        output.WriteLine($"VmRSS {kibibytes / 1024} MiB");
        kibibytes.ShouldBeLessThan(Limit);
    }

    private static long ResidentMemory(RunningProgram program)
    {
        var line = File.ReadLines($"/proc/{program.Id}/status").Single(l => l.StartsWith("VmRSS:"));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
