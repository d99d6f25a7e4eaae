using System.Net;
using System.Net.Sockets;
using System.Text;
using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Host.Info;
using Codius.Host.Payments;
using Codius.Host.Pods;
using Codius.Host.Pods.Logs;
using Codius.Host.Secrets;
using Codius.Storage.Sqlite;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Codius.Testing.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;

namespace Codius.Host.Tests.Pods;

/// <summary>
/// The owners of pods, with a store and a scripted machine, by a clock that the test moves. Payments are there already:
/// what takes them is another test's.
/// </summary>
internal sealed class PodHarness : IAsyncDisposable
{
    public const long Price = 6000;
    private const string Digest = "3e2ffcf0edca2a4e9b24ca442d227baea7b7f0e33ad654ef1eb806fbd9bedcf0";
    private static readonly Asset Xrp = new("XRP", 9);

    private readonly TemporaryDirectory _directory = new();
    private readonly TcpListener _port = new(IPAddress.Loopback, 0);
    private CancellationTokenSource _life = new();
    private Task _watching = Task.CompletedTask;
    private int _payments;

    private PodHarness()
    {
        _port.Start();
        Runtime = new ScriptedPodRuntime(Clock);
    }

    public TestClock Clock { get; } = new();

    public PodOptions Options { get; } = new();

    public ScriptedPodRuntime Runtime { get; private set; }

    public IHostStore Store { get; private set; } = null!;

    public PodRegistry Pods { get; private set; } = null!;

    public PodNotes Notes { get; private set; } = null!;

    public ScriptedMachine Machine => Runtime.Machine;

    public static async Task<PodHarness> StartAsync()
    {
        var harness = new PodHarness();
        await harness.OpenAsync();
        return harness;
    }

    /// <summary>The host dies and lives again: memory is lost, store and machine are not.</summary>
    public async Task RestartAsync()
    {
        var lastAlive = Clock.GetUtcNow();
        await CloseAsync();
        Runtime = Runtime.Restart();
        await OpenAsync();
        foreach (var record in await Store.LoadPodsAsync(default))
        {
            var status = (await Runtime.ListAsync(default)).SingleOrDefault(found => found.Id == record.Id);
            await Pods.RecoverAsync(record, status, lastAlive);
        }
    }

    public ManifestRequest Request(bool withPort = true, int containers = 1)
    {
        var list = Enumerable.Range(0, containers).Select(
            index => $$"""{"id":"app{{(index == 0 ? "" : index)}}","image":"nginx@sha256:{{Digest}}"}""");
        var port = withPort ? $"\"port\":\"{((IPEndPoint)_port.LocalEndpoint).Port}\"," : "";
        var body = "{\"manifest\":{\"name\":\"fixture\",\"version\":\"1.0.0\",\"machine\":\"small\"," + port
            + "\"containers\":[" + string.Join(',', list) + "]}}";
        ManifestRequest.TryRead(Encoding.UTF8.GetBytes(body), ManifestRules.Upload, out var request, out var errors)
            .ShouldBeTrue(errors?.ToString());
        return request!;
    }

    /// <summary>Ten minutes for 6000 units, unless it says otherwise.</summary>
    public async Task<Outcome<PodSale>> TryBuyAsync(
        ManifestRequest request,
        CapabilityId capability,
        int seconds = 600,
        CancellationToken cancellationToken = default)
    {
        PodDuration.TryFromSeconds(seconds, out var duration).ShouldBeTrue();
        var bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes, ++_payments);
        PayToken.TryParse(Convert.ToBase64String(bytes), out var token).ShouldBeTrue();
        var price = Price * seconds / 600;
        var payment = new Payment(
            token, $"request {_payments}", Xrp, price, $"packet {_payments}", price, CreditSecret.New().Id, 0,
            capability, "");
        var selling = Pods.SellAsync(new PodOrder(request.Hash, request, duration), payment, null, cancellationToken);
        // A pod without a port is watched for a moment.
        if (request.Manifest.Port is null)
        {
            await Deadline.UntilAsync(
                () =>
                {
                    Clock.Advance(TimeSpan.FromMilliseconds(100));
                    return selling.IsCompleted;
                },
                "the sale should be decided");
        }

        return await selling;
    }

    public async Task<PodView> BuyAsync(ManifestRequest request, CapabilityId? capability = null, int seconds = 600)
    {
        var sale = await TryBuyAsync(request, capability ?? CapabilitySecret.New().Id, seconds);
        sale.Succeeded(out var sold, out var failure).ShouldBeTrue(failure?.Message);
        return sold!.Pod;
    }

    public PodView? Find(PodView pod) => Pods.Find(pod.Record.Manifest);

    public async Task<PodView> BecomesAsync(PodView pod, PodState state)
    {
        await Deadline.UntilAsync(() => Find(pod)?.State == state, $"the pod should be {state}");
        return Find(pod)!;
    }

    public Task GoesAsync(PodView pod) => Deadline.UntilAsync(
        () => Find(pod) is null && Machine.Pods.Count == 0, "the pod should be gone");

    public async Task<LedgerBalances> BalancesAsync()
    {
        var balances = (await Store.ReadBalancesAsync(default)).Single();
        balances.IsBalanced.ShouldBeTrue(balances.ToString());
        return balances;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _life.Dispose();
        _port.Stop();
        _directory.Dispose();
    }

    private async Task OpenAsync()
    {
        var host = Microsoft.Extensions.Options.Options.Create(
            new HostOptions { RootDirectory = _directory.Path, PublicUri = "http://host.example:3000" });
        Store = new SqliteHostStore(_directory["codius.db"]);
        await Store.OpenAsync(default);
        Notes = new PodNotes(Clock);
        var services = new PodServices(
            Runtime, Store, new Readiness(Runtime, Clock), new Capacity(host, new Machine(Clock)),
            new PodSeal(new HostKey(host)), Notes, host, Microsoft.Extensions.Options.Options.Create(Options),
            new MachineTable(Microsoft.Extensions.Options.Options.Create(new MachineOptions()), host), Clock,
            NullLogger<PodActor>.Instance);
        Pods = new PodRegistry(services) { IsOpen = true };
        _life = new CancellationTokenSource();
        _watching = WatchAsync(_life.Token);
    }

    private async Task CloseAsync()
    {
        await _life.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Pods.CloseAsync();
        await Store.DisposeAsync();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in Runtime.WatchAsync(cancellationToken))
            Pods.Notice(change.Id);
    }
}
