using System.Net;
using System.Net.Sockets;
using Codius.Core.Checks;
using Codius.Host.Configuration;
using Codius.Host.Doctor.Checks;
using Codius.Host.Uplink;
using Codius.Testing.Processes;

namespace Codius.Host.Tests.Doctor;

/// <summary>Ports, disk, settings, uplink and public URI as they are on this machine.</summary>
public sealed class HostCheckTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ports_are_free_or_in_use()
    {
        var host = new HostOptions { Port = FreePort.Next(), Uplink = { PlayMoneyPort = FreePort.Next() } };
        (await PortsAsync(host)).Kind.ShouldBe(FindingKind.Well);
        using var other = new TcpListener(IPAddress.Loopback, host.Uplink.PlayMoneyPort);
        other.Start();
        var finding = await PortsAsync(host);
        finding.Kind.ShouldBe(FindingKind.Failed);
        finding.Advice.ShouldNotBeNull().ShouldContain("Uplink:PlayMoneyPort");
        (await PortsAsync(new HostOptions { BindIp = "192.0.2.1" })).Message.ShouldContain("does not have the address");
    }

    [Fact]
    public async Task The_ports_of_a_codiusd_that_runs_are_its_own()
    {
        await using var running = await RunningHost.StartAsync();
        (await PortsAsync(new HostOptions { Port = running.Http.Port })).Message.ShouldContain("codiusd serves at");
    }

    [Theory]
    [InlineData(0, 0, FindingKind.Well)]
    [InlineData(0, long.MaxValue, FindingKind.Warning)]
    [InlineData(long.MaxValue, long.MaxValue, FindingKind.Failed)]
    public async Task A_disk_has_room_or_not(long least, long enough, FindingKind expected) =>
        (await new DiskCheck("/var/tmp/not/there/yet", least, enough).RunAsync(Stop)).Kind.ShouldBe(expected);

    [Fact]
    public async Task Settings_are_looked_at_as_the_start_would()
    {
        (await new SettingsCheck(["--Codius:Development=true"]).RunAsync(Stop)).Kind.ShouldBe(FindingKind.Well);
        var finding = await new SettingsCheck(["--Codius:Port=no"]).RunAsync(Stop);
        finding.Kind.ShouldBe(FindingKind.Failed);
        finding.Message.ShouldContain("Port");
    }

    [Theory]
    [InlineData(null, true, FindingKind.Well)]
    [InlineData(null, false, FindingKind.Failed)]
    [InlineData("http://127.0.0.1:1", false, FindingKind.Failed)]
    [InlineData("btp+ws://:secret@127.0.0.1:1", false, FindingKind.Failed)]
    public async Task An_uplink_is_connected_or_not(string? url, bool development, FindingKind expected)
    {
        var host = new HostOptions { Port = FreePort.Next(), Development = development, Uplink = { BtpUrl = url } };
        using var running = new RunningCodiusd(host);
        var finding = await new UplinkCheck(host, running, TimeProvider.System).RunAsync(Stop);
        finding.Kind.ShouldBe(expected);
        finding.Message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_public_uri_leads_to_codiusd_or_nowhere()
    {
        (await PublicUriAsync(new HostOptions())).Kind.ShouldBe(FindingKind.Failed);
        (await PublicUriAsync(new HostOptions { PublicUri = "http://localhost:3000", Development = true })).Kind
            .ShouldBe(FindingKind.Well);
        var nowhere = await PublicUriAsync(new HostOptions { PublicUri = "https://codius.invalid" });
        nowhere.Kind.ShouldBe(FindingKind.Failed);
        nowhere.Advice.ShouldNotBeNull().ShouldContain("*.codius.invalid");
    }

    private static async Task<Finding> PortsAsync(HostOptions host)
    {
        using var running = new RunningCodiusd(host);
        return await new PortsCheck(host, running).RunAsync(Stop);
    }

    private static async Task<Finding> PublicUriAsync(HostOptions host)
    {
        using var running = new RunningCodiusd(host);
        return await new PublicUriCheck(host, running).RunAsync(Stop);
    }
}
