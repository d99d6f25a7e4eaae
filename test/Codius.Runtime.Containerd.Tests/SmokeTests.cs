using System.Diagnostics;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

[Trait("Suite", "runtime")]
public sealed class SmokeTests(ContainerdFixture fixture, ITestOutputHelper output) : IClassFixture<ContainerdFixture>
{
    [Fact]
    public async Task A_web_server_answers()
    {
        for (var i = 0; i < 4; i++)
        {
        var w = Stopwatch.StartNew();
        var id = PodId.New();
        var spec = new PodSpec(id, ManifestHash.OfCanonicalJson("{}"u8), ResourceLimits.Small,
            [new ContainerSpec("app", fixture.Image.Reference, null, null, new Dictionary<string, string> { ["A"] = "b" })]);
        var created = await fixture.Runtime.CreateAsync(spec, default);
        created.Failure.ShouldBeNull();
        output.WriteLine($"created {w.ElapsedMilliseconds}");
        (await fixture.Runtime.StartAsync(id, default)).Succeeded(out var started, out var f).ShouldBeTrue(f?.Message);
        output.WriteLine($"started {w.ElapsedMilliseconds} {started}");
        using var http = new HttpClient();
        string? text = null;
        while (text is null)
        {
            try
            {
                text = await http.GetStringAsync($"http://{started!.Address}:8080/");
            }
            catch (HttpRequestException)
            {
                await Task.Delay(2);
            }
        }

        output.WriteLine($"answered {w.ElapsedMilliseconds} {text}");
        await foreach (var line in fixture.Runtime.ReadLogsAsync(id, new LogQuery(), default))
            output.WriteLine(line.ToString());
        output.WriteLine((await fixture.Runtime.GetStatsAsync(id, default))?.ToString() ?? "none");
        w.Restart();
        await fixture.Runtime.StopAsync(id, TimeSpan.FromSeconds(2), default);
        output.WriteLine($"stopped {w.ElapsedMilliseconds}");
        output.WriteLine((await fixture.Runtime.GetStatusAsync(id, default))!.Containers[0].ToString());
        await fixture.Runtime.RemoveAsync(id, default);
        output.WriteLine($"removed {w.ElapsedMilliseconds}");
        }
    }
}
