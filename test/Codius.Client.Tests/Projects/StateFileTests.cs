using System.Text.Json;
using Codius.Client.Hosts;
using Codius.Client.Projects;
using Codius.Client.Tests.Testing;
using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Core.Money;

namespace Codius.Client.Tests.Projects;

public sealed class StateFileTests : IDisposable
{
    private static readonly Uri Host = new("http://127.0.0.1:3000");

    private readonly string _path = Path.GetTempFileName();

    [Fact]
    public void What_is_written_has_the_form_of_the_original_and_reads_back()
    {
        var (state, lease) = Bought();
        state.Record(lease, new Amount(2283106, ScriptedPayer.Xrp));
        state.Record(lease, new Amount(100, ScriptedPayer.Xrp));
        state.Write(_path);

        using var json = JsonDocument.Parse(File.ReadAllBytes(_path));
        var root = json.RootElement;
        root.EnumerateObject().Select(p => p.Name).ShouldBe(
            ["description", "manifestHash", "generatedManifest", "options", "hostList", "status"]);
        root.GetProperty("generatedManifest").GetProperty("manifest").GetProperty("name").GetString().ShouldBe("n");
        root.GetProperty("options").GetRawText().ReplaceLineEndings("").Replace(" ", "")
            .ShouldBe("""{"maxMonthlyRate":10,"units":"XRP","duration":3600}""");
        root.GetProperty("hostList")[0].GetString().ShouldBe("http://127.0.0.1:3000");
        var details = root.GetProperty("status").GetProperty("hostDetails").GetProperty("http://127.0.0.1:3000");
        details.GetProperty("url").GetString().ShouldBe(HostScript.PodUrl);
        details.GetProperty("expirationDate").GetString().ShouldBe("11-20-2026 11:02:44 +0000");
        details.GetProperty("price").GetProperty("totalPaid").GetString().ShouldBe("2283206");
        details.GetProperty("price").GetProperty("lastPaid").GetString().ShouldBe("100");
        details.GetProperty("price").GetProperty("units").GetString().ShouldBe("nXRP");
        root.GetProperty("status").GetProperty("cronJobs").GetArrayLength().ShouldBe(0);

        StateFile.Read(_path).Succeeded(out var again, out var failure).ShouldBeTrue(failure?.Message);
        again!.Hash.ShouldBe(state.Hash);
        again.Host.ShouldBe(Host);
    }

    [Fact]
    public void Only_its_owner_can_read_the_file()
    {
        var (state, _) = Bought();
        File.Delete(_path);
        state.Write(_path);
        File.GetUnixFileMode(_path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void What_the_original_wrote_is_read()
    {
        File.WriteAllText(_path, $$$$"""
            {"description":"x","manifestHash":"{{{{HostScript.Hash}}}}",
             "generatedManifest":{"manifest":{},"private":{}},
             "options":{"maxMonthlyRate":10,"units":"XRP","duration":600},"hostList":["https://host.example"],
             "status":{"hostDetails":{"https://host.example":{"url":"u","expirationDate":"d",
               "price":{"totalPaid":"2283106","lastPaid":"2283106","units":"nXRP"}}},"cronJobs":[]}}
            """);
        StateFile.Read(_path).Succeeded(out var state, out var failure).ShouldBeTrue(failure?.Message);
        state!.Host.ShouldBe(new Uri("https://host.example"));
        state.Record(Bought().Lease, new Amount(4, ScriptedPayer.Xrp));
        state.Write(_path);
        File.ReadAllText(_path).ShouldContain("\"totalPaid\": \"2283110\"");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"manifestHash":"x","hostList":[]}""")]
    [InlineData("""{"manifestHash":1,"hostList":{"a":1}}""")]
    public void What_is_no_state_is_refused_with_the_name_of_the_file(string text)
    {
        File.WriteAllText(_path, text);
        StateFile.Read(_path).Failure!.Message.ShouldContain(_path);
    }

    public void Dispose() => File.Delete(_path);

    private static (StateFile State, PodLease Lease) Bought()
    {
        ManifestRequest.TryRead(
            """{"manifest":{"name":"n","version":"1","containers":[{"id":"a","image":"i"}]}}"""u8,
            ManifestRules.Upload with { AllowTags = true },
            out var request,
            out _).ShouldBeTrue();
        var expiry = new DateTimeOffset(2026, 11, 20, 11, 2, 44, TimeSpan.Zero);
        return (
            StateFile.Create(request!, Host, PodDuration.Default, new StateLimits(10, "XRP")),
            new PodLease(new Uri(HostScript.PodUrl), request!.Hash, expiry, null));
    }
}
