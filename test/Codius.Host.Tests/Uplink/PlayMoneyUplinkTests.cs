using Codius.Core.Ledger;
using Codius.Host.Configuration;
using Codius.Host.Info;
using Codius.Host.Payments;
using Codius.Host.Uplink;
using Codius.Testing.Processes;
using Interledger;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Packets;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Uplink;

public sealed class PlayMoneyUplinkTests
{
    [Fact]
    public async Task A_host_without_a_provider_has_play_money_of_the_asset_of_its_settings()
    {
        await using var host = await RunningHost.StartAsync(settings: ["Asset:Code=EUR", "Asset:Scale=4"]);
        var uplink = host.Services.GetRequiredService<IUplink>();

        uplink.State.ShouldBe(
            new UplinkState(true, IlpAddress.Parse("test.codius.host"), new AssetDetails("EUR", 4)));
        host.Services.GetRequiredService<IAssetSource>().Current.ShouldBe(new Asset("EUR", 4));
        (await host.CreateClient().GetStringAsync("info")).ShouldContain("\"EUR\"");
    }

    [Fact]
    public async Task Payers_reach_the_host_over_BTP()
    {
        await using var host = await RunningHost.StartAsync();
        var uplink = (PlayMoneyUplink)host.Services.GetRequiredService<IUplink>();
        var till = host.Services.GetRequiredService<ITill>();
        await Deadline.UntilAsync(() => till.Asset is not null, "the host's own receiver should have come first");
        uplink.Link.OnPrepare((prepare, _) => ValueTask.FromResult(
            IlpReply.Reject(IlpErrorCode.ApplicationError, message: prepare.Destination.Value)));
        BtpUrl.TryParse($"btp+ws://:payer@127.0.0.1:{uplink.Port}", out var url, out _).ShouldBeTrue();
        await using var payer = new BtpClient(url);
        await payer.WaitUntilConnectedAsync(default);

        var prepare = IlpPrepare.Create(
            1, TimeProvider.System.GetUtcNow().AddSeconds(20), new byte[32], uplink.State.Address.Append("tag"));
        (await payer.SendAsync(prepare, default)).Message.ShouldBe("test.codius.host.tag");
    }

    [Fact]
    public async Task A_port_that_is_taken_stops_the_start_and_says_which_setting_it_is()
    {
        await using var first = await RunningHost.StartAsync();
        var taken = ((PlayMoneyUplink)first.Services.GetRequiredService<IUplink>()).Port;
        var problem = await Should.ThrowAsync<SettingsException>(
            () => RunningHost.StartAsync(settings: $"Uplink:PlayMoneyPort={taken}"));
        problem.Message.ShouldContain("Codius:Uplink:PlayMoneyPort");
    }

    [Theory]
    [InlineData("Uplink:BtpUrl=http://:hush@provider.example", "Codius:Uplink:BtpUrl")]
    [InlineData("Uplink:PlayMoneyAddress=nowhere", "Codius:Uplink:PlayMoneyAddress")]
    [InlineData("Uplink:PlayMoneyBindIp=everywhere", "Codius:Uplink:PlayMoneyBindIp")]
    [InlineData("Uplink:PlayMoneyHost=everywhere", "Codius:Uplink:PlayMoneyHost")]
    public async Task A_wrong_setting_stops_the_start_and_is_named_without_its_secret(string setting, string name)
    {
        var problem = await Should.ThrowAsync<Exception>(() => RunningHost.StartAsync(settings: setting));
        problem.Message.ShouldContain(name);
        problem.Message.ShouldNotContain("hush");
    }

    [Theory]
    [InlineData("ILP_BTP_SERVER", "btp+ws://127.0.0.1:7768", "btp+ws://127.0.0.1:7768")]
    [InlineData("ILP_CREDENTIALS", "{\"server\":\"btp+ws://:s@127.0.0.1:7768\"}", "btp+ws://:s@127.0.0.1:7768")]
    public void The_original_variables_name_the_provider(string variable, string value, string expected)
    {
        var environment = new LegacyEnvironmentProvider(name => name == variable ? value : null);
        environment.Load();
        environment.TryGet("Codius:Uplink:BtpUrl", out var url).ShouldBeTrue();
        url.ShouldBe(expected);
    }
}
