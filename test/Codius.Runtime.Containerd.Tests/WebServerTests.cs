using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

[Trait("Suite", "runtime")]
public sealed class RuncWebServerTests(ContainerdFixture fixture) : WebServerTests(fixture), IClassFixture<ContainerdFixture>;

[Trait("Suite", "runtime")]
public sealed class GvisorWebServerTests(GvisorFixture fixture) : WebServerTests(fixture), IClassFixture<GvisorFixture>;

public abstract class WebServerTests(ContainerdFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_web_server_in_a_pod_answers_the_machine_with_its_environment()
    {
        var id = PodId.New();
        var environment = new Dictionary<string, string> { ["GREETING"] = "good day" };
        var container = new ContainerSpec("app", fixture.Image.Reference, null, null, environment);
        var spec = new PodSpec(id, ManifestHash.OfCanonicalJson("{}"u8), ResourceLimits.Small, [container]);

        (await fixture.Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await fixture.Runtime.StartAsync(id, Stop)).Succeeded(out var pod, out _).ShouldBeTrue();

        using var http = new HttpClient();
        var page = "";
        await Deadline.UntilAsync(async () => (page = await TryGetAsync(http, $"http://{pod!.Address}:8080/")).Length > 0, "an answer");
        page.ShouldContain("GREETING=good day");
        await fixture.Runtime.RemoveAsync(id, Stop);
        (await fixture.Runtime.GetStatusAsync(id, Stop)).ShouldBeNull();
    }

    private static async Task<string> TryGetAsync(HttpClient http, string address)
    {
        try
        {
            return await http.GetStringAsync(new Uri(address), Stop);
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }
}
