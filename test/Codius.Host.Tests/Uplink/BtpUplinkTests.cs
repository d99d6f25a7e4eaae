using Codius.Host.Configuration;
using Codius.Host.Uplink;
using Codius.Testing.Processes;
using Interledger;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Connector.Listeners;
using Interledger.Connector.PlayMoney;
using Interledger.Packets;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Uplink;

public sealed class BtpUplinkTests : IAsyncLifetime
{
    private readonly LogRecorder<BtpUplink> _log = new();
    private readonly int _port = FreePort.Next();
    private BtpUplink _uplink = null!;

    public ValueTask InitializeAsync()
    {
        var options = new HostOptions { Uplink = { BtpUrl = $"btp+ws://:hush@127.0.0.1:{_port}" } };
        _uplink = new BtpUplink(Options.Create(options), TimeProvider.System, _log);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _uplink.StopAsync(default);
        await _uplink.DisposeAsync();
        _log.Lines.ShouldNotContain(line => line.Contains("hush"));
    }

    [Fact]
    public async Task The_host_starts_without_its_provider_says_why_and_is_ready_once_it_comes()
    {
        await _uplink.StartAsync(default);
        await Deadline.UntilAsync(() => Task.FromResult(!_log.Lines.IsEmpty), "the log says why");
        _log.Lines.ShouldContain(line => line.Contains("is not connected") && line.Contains("Connection refused"));
        _uplink.State.ShouldBe(new UplinkState(false, default, null));

        await using var provider = await ProviderAsync("test.first");
        var state = await ReadyAsync();
        state.Address.ShouldBe(provider.AddressOf("hush"u8));
        state.Asset.ShouldBe(new AssetDetails("XRP", 9));
    }

    [Fact]
    public async Task What_is_sent_to_the_host_reaches_its_handler_after_every_connection()
    {
        _uplink.Link.OnPrepare((_, _) => ValueTask.FromResult(IlpReply.Reject(IlpErrorCode.ApplicationError)));
        await _uplink.StartAsync(default);
        for (var round = 0; round < 2; round++)
        {
            await using (var provider = await ProviderAsync("test.first"))
            {
                var state = await ReadyAsync();
                var payer = provider.AddLocalChild("payer");
                var prepare = IlpPrepare.Create(
                    1, TimeProvider.System.GetUtcNow().AddSeconds(20), new byte[32], state.Address.Append("x"));
                (await payer.SendAsync(prepare, default)).Code.ShouldBe(IlpErrorCode.ApplicationError);
            }

            await Deadline.UntilAsync(() => Task.FromResult(!_uplink.State.IsReady), "the uplink sees the provider go");
        }
    }

    [Fact]
    public async Task Another_address_and_asset_after_a_reconnection_are_learnt_and_told()
    {
        await _uplink.StartAsync(default);
        await using (var first = await ProviderAsync("test.first"))
            await ReadyAsync();
        await Deadline.UntilAsync(() => Task.FromResult(!_uplink.State.IsReady), "the uplink sees the provider go");
        _uplink.State.Asset.ShouldBe(new AssetDetails("XRP", 9));
        var changes = 0;
        _uplink.Changed += (_, _) => Interlocked.Increment(ref changes);

        await using var second = await ProviderAsync("test.second", new AssetDetails("EUR", 2));
        var state = await ReadyAsync();
        state.Address.Value.ShouldStartWith("test.second.");
        state.Asset.ShouldBe(new AssetDetails("EUR", 2));
        changes.ShouldBeGreaterThan(0);
        _log.Lines.ShouldContain(line => line.Contains("was XRP (scale 9) and is EUR (scale 2)"));
    }

    [Fact]
    public async Task A_provider_that_does_not_tell_address_and_asset_leaves_the_host_not_ready()
    {
        var link = new BtpServerLink();
        link.OnPrepare((_, _) => ValueTask.FromResult(
            IlpReply.Reject(IlpErrorCode.Unreachable, IlpAddress.Parse("test.odd"), "no ILDCP here")));
        await using var provider = await BtpListener.StartAsync(
            BtpServer.ForSecret("hush"u8.ToArray(), link), new BtpListenerOptions { Port = _port });
        await _uplink.StartAsync(default);
        await Deadline.UntilAsync(
            () => Task.FromResult(_log.Lines.Any(line => line.Contains("no ILDCP here"))), "the log says why");
        _uplink.State.IsReady.ShouldBeFalse();
    }

    [Fact]
    public async Task A_provider_that_refuses_the_secret_is_told_as_such()
    {
        await using var provider = await BtpListener.StartAsync(
            BtpServer.ForSecret("another"u8.ToArray(), new BtpServerLink()), new BtpListenerOptions { Port = _port });
        await _uplink.StartAsync(default);
        await Deadline.UntilAsync(
            () => Task.FromResult(_log.Lines.Any(line => line.Contains("AuthenticationRefused"))), "the log says why");
        _uplink.State.IsReady.ShouldBeFalse();
    }

    private Task<UplinkState> ReadyAsync() =>
        _uplink.WaitUntilReadyAsync(default).WaitAsync(TimeSpan.FromSeconds(30));

    private async Task<PlayMoneyConnector> ProviderAsync(string address, AssetDetails? asset = null)
    {
        var provider = new PlayMoneyConnector(new PlayMoneyOptions
        {
            Address = IlpAddress.Parse(address),
            Asset = asset ?? new AssetDetails("XRP", 9),
            Listener = new BtpListenerOptions { Port = _port },
        });
        await provider.ListenAsync(default);
        return provider;
    }
}
