using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>The program codius with the program codiusd, which sells for play money.</summary>
public sealed class OurClientTests(PlayMoneyHost fixture, Images images) : IClassFixture<PlayMoneyHost>
{
    private CodiusHost Host => fixture.Host;

    [Fact]
    public async Task A_pod_is_bought_read_and_extended()
    {
        using var project = new Project(new SampleManifest(images.Hello).ToJson());
        var cli = new CodiusCli(project);
        var (code, bought) = await cli.RunJsonAsync(
            "upload", "--host", $"{Host.Url}", "--duration", "600", "-y", "--debug", "--btp", Host.BtpUrl("buyer"));
        code.ShouldBe(0, bought.ToString());
        bought.GetProperty("paid").GetProperty("amount").GetString().ShouldBe("2283106");
        var pod = bought.GetProperty("url").GetString()!;
        (await Host.Http.GetStringAsync(new Uri(pod))).ShouldContain("Hello from");

        var logs = (await cli.RunAsync("logs")).EnsureSuccess();
        logs.Output.ShouldContain("app | hello listens on port 8080");

        var (extended, more) = await cli.RunJsonAsync(
            "extend", pod, "--duration", "60", "-y", "--btp", Host.BtpUrl("other"));
        extended.ShouldBe(0, more.ToString());
        var expiry = more.GetProperty("expiry").GetDateTimeOffset();
        expiry.ShouldBe(bought.GetProperty("expiry").GetDateTimeOffset() + TimeSpan.FromMinutes(1));
        Host.Ledger.IsBalanced.ShouldBeTrue();
    }

    [Fact]
    public async Task Its_words_are_for_people_unless_asked_otherwise()
    {
        using var project = new Project(new SampleManifest(images.Hello).ToJson());
        var result = await new CodiusCli(project).RunAsync(
            "upload", "--host", $"{Host.Url}", "--duration", "60", "-y", "--btp", Host.BtpUrl("buyer"));
        result.EnsureSuccess().Output.ShouldContain("http://");
        using var stranger = new Project(new SampleManifest(images.Hello).ToJson());
        var pod = project.ReadJson("default.codiusstate.json").GetProperty("manifestHash").GetString()!;
        (await new CodiusCli(stranger).RunAsync("logs", pod, "--host", $"{Host.Url}")).ExitCode.ShouldBe(2);
    }

    [Theory]
    [InlineData(1, "upload", "--duration", "0", "--host", "http://127.0.0.1:9")]
    [InlineData(5, "upload", "--duration", "60", "--host", "http://127.0.0.1:9")]
    [InlineData(1, "extend")]
    [InlineData(1, "logs", "neither-a-hash-nor-an-address")]
    public async Task What_cannot_be_done_has_an_exit_code_of_its_own(int expected, params string[] arguments)
    {
        using var project = new Project(new SampleManifest(images.Hello).ToJson());
        string[] paid = arguments[0] == "logs" ? [] : ["-y", "--btp", Host.BtpUrl("buyer")];
        var (code, json) = await new CodiusCli(project).RunJsonAsync([.. arguments, .. paid]);
        code.ShouldBe(expected, json.ToString());
        json.GetProperty("ok").GetBoolean().ShouldBeFalse();
        json.GetProperty("exitCode").GetInt32().ShouldBe(expected);
    }

    [Fact]
    public async Task A_pod_that_ends_at_once_is_refused_and_costs_nothing()
    {
        using var project = new Project(
            new SampleManifest(images.Hello) { Command = ["sh", "-c", "echo no more; exit 3"] }.ToJson());
        var (code, json) = await new CodiusCli(project).RunJsonAsync(
            "upload", "--host", $"{Host.Url}", "--duration", "60", "-y", "--btp", Host.BtpUrl("buyer"));
        code.ShouldBe(2, json.ToString());
        json.GetProperty("error").GetString()!.ShouldContain("no more");
        json.GetProperty("moneyMoved").GetString().ShouldBe("0");
    }

    [Fact]
    public async Task Without_a_provider_nothing_is_paid()
    {
        using var project = new Project(new SampleManifest(images.Hello).ToJson());
        var (code, json) = await new CodiusCli(project).RunJsonAsync(
            "upload", "--host", $"{Host.Url}", "--duration", "60", "-y", "--btp", "btp+ws://:secret@127.0.0.1:9");
        code.ShouldBe(3, json.ToString());
    }
}
