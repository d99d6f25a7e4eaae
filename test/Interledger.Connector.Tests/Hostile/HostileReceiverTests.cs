using Codius.Testing.Processes;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Connector.Listeners;
using Interledger.Connector.PlayMoney;
using Interledger.Links;
using Interledger.Packets;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Hostile;

/// <summary>
/// A connector with real links, of which one does what it should not with the packets that are sent to it. Nobody loses
/// money by it, nothing is left behind, and packets between the others go through meanwhile.
/// </summary>
[Collection(WholeProcess.Name)]
public sealed class HostileReceiverTests : IAsyncLifetime
{
    private const int Packets = 1000;
    private const int AtOnce = 500;
    private const int MostGrowth = 8 * 1024 * 1024;

    /// <summary>What the hostile neighbour answers.</summary>
    private static readonly Dictionary<string, IlpHandler> Answers = new()
    {
        ["never"] = NeverAsync,
        ["late"] = LateAsync,
        ["with another fulfilment"] = static (_, _) => Now(IlpReply.Fulfill(ConnectorBench.Condition)),
        ["with data that fills the frame"] = static (_, _) => Now(IlpReply.Fulfill(
            ConnectorBench.Condition, new byte[32_768])),
        ["with false limits"] = static (prepare, _) => Now(IlpReply.Reject(
            IlpErrorCode.AmountTooLarge, prepare.Destination, "", FalseLimits(prepare))),
        ["with an error of nobody"] = static (_, _) => Now(IlpReply.Reject(IlpErrorCode.TransferTimedOut)),
    };

    private PlayMoneyConnector _connector = null!;

    public static TheoryData<string> Names => [.. Answers.Keys];

    public async ValueTask InitializeAsync()
    {
        _connector = new PlayMoneyConnector(new PlayMoneyOptions
        {
            Listener = new BtpListenerOptions { Port = 0 },
            PacketsPerSecond = 1_000_000,
        });
        await _connector.ListenAsync(default);
    }

    public ValueTask DisposeAsync() => _connector.DisposeAsync();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Who_answers_as_he_should_not_gets_nothing_and_others_are_served(string how)
    {
        await using var payer = await ConnectAsync("payer");
        await using var hostile = await ConnectAsync("hostile");
        await using var alice = await ConnectAsync("alice");
        await using var bob = await ConnectAsync("bob");
        hostile.OnPrepare(Answers[how]);
        bob.OnPrepare(static (_, _) => Now(IlpReply.Fulfill(ConnectorBench.Fulfillment)));
        await SendManyAsync(payer, Packets / 10);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sending = SendManyAsync(payer, Packets);
        var paid = 0;
        while (!sending.IsCompleted || paid < 100)
        {
            (await alice.SendAsync(Prepare("bob", 20), default)).IsFulfill.ShouldBeTrue();
            paid++;
        }

        (await sending).ShouldBe(0);
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(MostGrowth);
        BalanceOf("payer").ShouldBe(0);
        BalanceOf("hostile").ShouldBe(0);
        BalanceOf("bob").ShouldBe(100 * paid);
        BalanceOf("alice").ShouldBe(-100 * paid);
    }

    [Fact]
    public async Task Who_floods_is_slowed_down_and_others_are_served()
    {
        await using var hostile = await ConnectAsync("hostile", new BtpOptions { MaxOutstanding = 50_000 });
        await using var alice = await ConnectAsync("alice");
        await using var bob = await ConnectAsync("bob");
        await using var silent = await ConnectAsync("silent");
        silent.OnPrepare(NeverAsync);
        bob.OnPrepare(static (_, _) => Now(IlpReply.Fulfill(ConnectorBench.Fulfillment)));
        (await alice.SendAsync(Prepare("bob", 20), default)).IsFulfill.ShouldBeTrue();

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var flood = Enumerable.Range(0, 20_000)
            .Select(_ => hostile.SendAsync(Prepare("silent", 20), default).AsTask()).ToArray();
        for (var i = 0; i < 100; i++)
            (await alice.SendAsync(Prepare("bob", 20), default)).IsFulfill.ShouldBeTrue();
        await Deadline.UntilAsync(
            () => flood.Count(static packet => packet.IsCompleted) >= flood.Length - 1000,
            "what is too much is refused");
        flood.Where(static packet => packet.IsCompleted)
            .ShouldAllBe(static packet => packet.Result.Code.ToString().StartsWith('T'));
        // Both ends of the flood are in this process.
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(4 * MostGrowth);
        BalanceOf("bob").ShouldBe(101 * 100);
    }

    private async Task<int> SendManyAsync(BtpClient payer, int packets)
    {
        var fulfilled = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, packets),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (_, stop) =>
            {
                // What has less than a second left when it is passed on is not passed on.
                var reply = await payer.SendAsync(Prepare("hostile", 2.3), stop);
                if (reply.IsFulfill)
                    Interlocked.Increment(ref fulfilled);
            });
        return fulfilled;
    }

    private static ValueTask<IlpReply> Now(IlpReply reply) => ValueTask.FromResult(reply);

    private static async ValueTask<IlpReply> NeverAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        throw new InvalidOperationException();
    }

    private static async ValueTask<IlpReply> LateAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        var after = prepare.ExpiresAt - TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(50);
        await Task.Delay(after > TimeSpan.Zero ? after : TimeSpan.Zero, TimeProvider.System, CancellationToken.None);
        return IlpReply.Fulfill(ConnectorBench.Fulfillment);
    }

    private static byte[] FalseLimits(IlpPrepare prepare)
    {
        var data = new byte[AmountTooLarge.Length];
        new AmountTooLarge(0, ulong.MaxValue).Write(data);
        return prepare.Amount % 2 == 0 ? data : data[..3];
    }

    private IlpPrepare Prepare(string secret, double seconds) => IlpPrepare.Create(
        100, TimeProvider.System.GetUtcNow().AddSeconds(seconds), ConnectorBench.Condition, AddressOf(secret));

    private IlpAddress AddressOf(string secret) => _connector.AddressOf(System.Text.Encoding.UTF8.GetBytes(secret));

    private Int128 BalanceOf(string secret) =>
        _connector.Connector.Balances.GetBalance(AddressOf(secret).Value.Split('.')[^1]);

    private async Task<BtpClient> ConnectAsync(string secret, BtpOptions? options = null)
    {
        if (!BtpUrl.TryParse($"btp+ws://:x@127.0.0.1:{_connector.Port}", out var url, out _))
            throw new FormatException();
        var client = new BtpClient(
            url.WithToken(secret), new BtpClientOptions { Connection = options ?? new BtpOptions() });
        (await client.ConnectAsync(default)).State.ShouldBe(BtpClientState.Connected);
        return client;
    }
}
