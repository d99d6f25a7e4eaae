using System.Net;
using System.Text.Json;
using Codius.Core.Ledger;
using Codius.Host.Info;
using Microsoft.Extensions.DependencyInjection;

namespace Codius.Host.Tests.Info;

public sealed class InfoEndpointsTests
{
    [Fact]
    public async Task Info_has_the_fields_of_the_original_in_its_order_and_then_ours()
    {
        await using var host = await RunningHost.StartAsync();
        (await NamesAsync(host, "/info?requestPeers=true")).ShouldBe(
        [
            "fullMem", "acceptingUploads", "serverFreeMemory", "serverUptime", "serviceUptime", "avgLoad", "numPeers",
            "currency", "costPerMonth", "uri", "selfTestSuccess", "runningContracts", "peers", "isolation", "asset",
            "machines",
        ]);
        (await NamesAsync(host, "/info")).ShouldNotContain("peers");
    }

    [Fact]
    public async Task The_number_of_pods_is_told_only_if_the_operator_wants_it()
    {
        await using var host = await RunningHost.StartAsync(null, "AdditionalHostInfo=false");
        (await NamesAsync(host, "/info")).ShouldNotContain("runningContracts");
    }

    [Fact]
    public async Task An_asset_that_is_not_known_yet_is_left_out()
    {
        await using var host = await RunningHost.StartAsync(b => b.Services.AddSingleton<IAssetSource, NoAsset>());
        var names = await NamesAsync(host, "/info");
        names.ShouldNotContain("currency");
        names.ShouldNotContain("asset");
    }

    [Theory]
    [InlineData("/version")]
    [InlineData("/info")]
    [InlineData("/memory")]
    [InlineData("/peers")]
    [InlineData("/")]
    public async Task Head_answers_like_get_without_the_body(string path)
    {
        await using var host = await RunningHost.StartAsync();
        using var client = host.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var answer = await client.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentLength.ShouldNotBe(0);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Browsers_get_the_page_with_the_right_status_and_nothing_from_elsewhere()
    {
        await using var host = await RunningHost.StartAsync();
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");
        using var page = await client.GetAsync("/");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        var html = await page.Content.ReadAsStringAsync();
        html.ShouldContain(RunningHost.PublicUri);
        html.ShouldNotContain("<script");
        html.ShouldNotContain("src=");
        using var unknown = await client.GetAsync("/no/such/path");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        unknown.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }

    [Theory]
    [InlineData("1", 200)]
    [InlineData("1000", 200)]
    [InlineData("0", 400)]
    [InlineData("1001", 400)]
    [InlineData("abc", 400)]
    [InlineData("-1", 400)]
    [InlineData("1.5", 400)]
    [InlineData("", 400)]
    public async Task A_limit_of_peers_is_1_to_1000(string limit, int status)
    {
        await using var host = await RunningHost.StartAsync();
        using var client = host.CreateClient();
        ((int)(await client.GetAsync("/peers?limit=" + limit)).StatusCode).ShouldBe(status);
    }

    [Fact]
    public void The_page_takes_no_value_for_markup()
    {
        var info = new InfoAnswer(false, true, 1, 1, 1, 1, 0, "<b>", 1, "http://<i>", true, 0, null, "\"&", null, []);
        var page = System.Text.Encoding.UTF8.GetString(HostPage.Render(info));
        page.ShouldNotContain("<b>");
        page.ShouldNotContain("<i>");
        page.ShouldContain("&lt;b&gt;");
    }

    private static async Task<string[]> NamesAsync(RunningHost host, string path)
    {
        using var client = host.CreateClient();
        using var json = JsonDocument.Parse(await client.GetStringAsync(path));
        return [.. json.RootElement.EnumerateObject().Select(p => p.Name)];
    }

    private sealed class NoAsset : IAssetSource
    {
        public Asset? Current => null;
    }
}
