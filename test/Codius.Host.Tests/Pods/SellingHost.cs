using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Pods;
using Codius.Host.Payments;
using Codius.Host.Pods;
using Codius.Host.Tests.Payments;
using Codius.Host.Uplink;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Interledger;
using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Stream;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;

namespace Codius.Host.Tests.Pods;

/// <summary>
/// A whole host in this process that sells pods of a scripted runtime, paid by real STREAM over a link in memory. The
/// pods' port is a listener of the test.
/// </summary>
internal sealed class SellingHost : IAsyncDisposable
{
    public const ulong PriceOfTenMinutes = 2283106;
    private const string Digest = "3e2ffcf0edca2a4e9b24ca442d227baea7b7f0e33ad654ef1eb806fbd9bedcf0";
    private static readonly IlpAddress HostAddress = IlpAddress.Parse("test.host");

    private readonly TcpListener _pod = new(IPAddress.Loopback, 0);
    private readonly List<PlayPayer> _payers = [];
    private InMemoryLink _near = null!;
    private int _payerCount;

    private SellingHost(ScriptedPodRuntime runtime, TemporaryDirectory directory)
    {
        (Runtime, Directory) = (runtime, directory);
        _pod.Start();
    }

    public ScriptedPodRuntime Runtime { get; private set; }

    public TemporaryDirectory Directory { get; }

    public RunningHost Host { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public InMemoryLink Link { get; private set; } = null!;

    /// <summary>Who answers what is sent to nobody's client.</summary>
    public IlpHandler? Elsewhere { get; set; }

    public int PodPort => ((IPEndPoint)_pod.LocalEndpoint).Port;

    public IHostStore Store => Host.Services.GetRequiredService<IHostStore>();

    public PodRegistry Pods => Host.Services.GetRequiredService<PodRegistry>();

    public static async Task<SellingHost> StartAsync(params string[] settings)
    {
        var host = new SellingHost(new ScriptedPodRuntime(TimeProvider.System), new TemporaryDirectory());
        await host.RunAsync(settings);
        return host;
    }

    /// <summary>The host's next life, with the same machine and the same store.</summary>
    public async Task RestartAsync(params string[] settings)
    {
        await Host.DisposeAsync();
        Runtime = Runtime.Restart();
        await RunAsync(settings);
    }

    public string Manifest(string name = "fixture", string image = "nginx", bool withPort = true, bool debug = false,
        string machine = "small") =>
        "{\"manifest\":{\"name\":\"" + name + "\",\"version\":\"1.0.0\",\"machine\":\"" + machine + "\","
        + (withPort ? $"\"port\":\"{PodPort}\"," : "") + (debug ? "\"debug\":true," : "")
        + "\"containers\":[{\"id\":\"app\",\"image\":\"" + image + "@sha256:" + Digest + "\"}]}}";

    public PlayPayer CreatePayer(ulong maxPacketAmount = ulong.MaxValue)
    {
        var payer = new PlayPayer(
            Http, Link, IlpAddress.Parse($"test.payer{Interlocked.Increment(ref _payerCount)}"), maxPacketAmount);
        lock (_payers)
            _payers.Add(payer);
        return payer;
    }

    /// <summary>A pod that was bought for ten minutes.</summary>
    public async Task<JsonElement> BuyAsync(string body, int seconds = 600)
    {
        var answer = await CreatePayer().PayAsync(HttpMethod.Post, $"/pods?duration={seconds}", body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonElement.Parse(text);
    }

    /// <summary>A pod that was bought by a payer who brought a capability.</summary>
    public async Task<OwnedPod> BuyOwnedAsync(string body, int seconds = 600, PlayPayer? payer = null)
    {
        payer ??= CreatePayer();
        payer.Capability ??= CapabilitySecret.New().Value;
        var answer = await payer.PayAsync(HttpMethod.Post, $"/pods?duration={seconds}", body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return new OwnedPod(this, payer, JsonElement.Parse(text));
    }

    /// <summary>A request with or without a capability.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? capability = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (capability is not null)
            request.Headers.Authorization = new("Bearer", capability);
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<LedgerBalances> BalancesAsync()
    {
        var balances = (await Store.ReadBalancesAsync(default)).SingleOrDefault()
            ?? new LedgerBalances(new Asset("XRP", 9), 0, 0, 0, 0, 0);
        balances.IsBalanced.ShouldBeTrue(balances.ToString());
        return balances;
    }

    public Task PodsShouldBecomeAsync(int count) =>
        Deadline.UntilAsync(() => Runtime.Machine.Pods.Count == count, $"there should be {count} pods");

    public Task UntilUnderWayAsync(PlayPayer payer, bool isUnderWay)
    {
        PayToken.TryParse(payer.Token, out var token).ShouldBeTrue();
        var operations = Host.Services.GetRequiredService<OperationRegistry>();
        return Deadline.UntilAsync(() => operations.Find(token) is not null == isUnderWay, $"under way: {isUnderWay}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var payer in _payers)
            await payer.DisposeAsync();
        await Host.DisposeAsync();
        _pod.Stop();
        Directory.Dispose();
    }

    private ValueTask<IlpReply> RouteToPayerAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        lock (_payers)
        {
            return _payers.FirstOrDefault(payer => payer.Owns(prepare))?.HandleAsync(prepare, cancellationToken)
                ?? Elsewhere?.Invoke(prepare, cancellationToken)
                ?? ValueTask.FromResult(IlpReply.Reject(IlpErrorCode.Unreachable));
        }
    }

    private async Task RunAsync(string[] settings)
    {
        (_near, Link) = InMemoryLink.CreatePair();
        Link.OnPrepare(RouteToPayerAsync);
        Host = await RunningHost.StartAsync(
            builder => builder.Services
                .AddSingleton<IPodRuntime>(Runtime)
                .AddSingleton<IUplink>(new InMemoryUplink(_near, HostAddress, new AssetDetails("XRP", 9))),
            [$"RootDirectory={Directory["root"]}", .. settings]);
        Http = Host.CreateClient();
        var till = Host.Services.GetRequiredService<ITill>();
        await Deadline.UntilAsync(() => Pods.IsOpen && till.Asset is not null, "the host should be open");
    }
}

/// <summary>An uplink that is always there.</summary>
internal sealed class InMemoryUplink(IIlpLink link, IlpAddress address, AssetDetails asset) : IUplink, IHostedService
{
    public event EventHandler? Changed
    {
        add { }
        remove { }
    }

    public UplinkState State { get; } = new(IsReady: true, address, asset);

    public IIlpLink Link => link;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
