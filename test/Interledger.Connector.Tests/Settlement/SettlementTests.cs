using System.Net;
using System.Net.Http.Json;
using Codius.Testing.Processes;
using Interledger.Addresses;
using Interledger.Connector.Accounts;
using Interledger.Connector.Balances;
using Interledger.Connector.Balances.Journal;
using Interledger.Connector.Listeners;
using Interledger.Connector.PlayMoney;
using Interledger.Connector.Settlement;
using Interledger.Links;
using Interledger.Packets;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Settlement;

/// <summary>
/// Two connectors that settle over two engines of play money, which lose requests and answers. Their account is in
/// units of 10^-9, the ledger's unit is 10^-6.
/// </summary>
public sealed class SettlementTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly PlayMoneyLedger _ledger = new(scale: 6);
    private readonly FlakyHandler _network = new();
    private readonly HttpClient _http;
    private readonly int _payerPort = FreePort.Next();
    private readonly int _payeePort = FreePort.Next();
    private PlayMoneySettlementEngine _payerEngine = null!;
    private PlayMoneySettlementEngine _payeeEngine = null!;
    private Side _payer = null!;
    private Side _payee = null!;
    private IIlpLink _alice = null!;

    public SettlementTests() => _http = new HttpClient(_network);

    public async ValueTask InitializeAsync()
    {
        _payerEngine = await PlayMoneySettlementEngine.StartAsync(_ledger, "payer", UrlOf(_payerPort), _http);
        _payeeEngine = await PlayMoneySettlementEngine.StartAsync(_ledger, "payee", UrlOf(_payeePort), _http);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _payerEngine.DisposeAsync();
        await _payeeEngine.DisposeAsync();
        _http.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task An_account_that_is_owed_its_threshold_is_paid_and_both_sides_count_the_same()
    {
        await PayAsync(10, 1_000_500);
        await SettledAsync(10_005_000);
        _ledger.HoldingOf("payee").ShouldBeGreaterThanOrEqualTo(5_002);
        _payer.Store.PendingSettlements.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_ledger_is_too_coarse_for_is_paid_when_it_has_become_enough()
    {
        await PayAsync(1, 5_000_999);
        await SettledAsync(5_000_999);
        _ledger.HoldingOf("payee").ShouldBe(5_000);
        await PayAsync(1, 5_000_001);
        await SettledAsync(10_001_000);
        _ledger.HoldingOf("payee").ShouldBe(10_001);
    }

    [Fact]
    public async Task Lost_requests_and_lost_answers_are_made_good_and_nothing_is_paid_twice()
    {
        _network.LossPercent = 40;
        for (var i = 0; i < 5; i++)
            await PayAsync(4, 1_500_000);
        _network.LossPercent = 0;
        await SettledAsync(30_000_000);
    }

    [Fact]
    public async Task A_settlement_that_was_begun_before_a_restart_is_made_after_it_once()
    {
        _network.LossPercent = 100;
        await PayAsync(5, 1_000_000);
        await Deadline.UntilAsync(() => _payer.Store.PendingSettlements.Count == 1, "a settlement is begun");
        await StopAsync();
        await StartAsync();
        _payer.Store.PendingSettlements.Count.ShouldBe(1);
        _payer.Store.GetBalance("neighbour").ShouldBe(0);
        _network.LossPercent = 0;
        await SettledAsync(5_000_000);
    }

    [Fact]
    public async Task The_engine_is_told_of_accounts_as_they_come_and_go()
    {
        await Deadline.UntilAsync(() => _payerEngine.Accounts.Contains("neighbour"), "the account is set up");
        await _payer.Connector.RemoveAccountAsync("neighbour");
        await Deadline.UntilAsync(() => _payerEngine.Accounts.Count == 0, "the account is deleted");
    }

    [Fact]
    public async Task One_key_is_credited_once_also_after_a_restart_and_never_for_another_amount()
    {
        (await CreditAsync("k1", "1500", 6)).ShouldBe(HttpStatusCode.Created);
        (await CreditAsync("k1", "1500", 6)).ShouldBe(HttpStatusCode.Created);
        (await CreditAsync("k1", "1501", 6)).ShouldBe(HttpStatusCode.Conflict);
        await StopAsync();
        await StartAsync();
        (await CreditAsync("k1", "1500", 6)).ShouldBe(HttpStatusCode.Created);
        _payee.Store.GetBalance("neighbour").ShouldBe(1_500_000);
    }

    [Fact]
    public async Task Too_fine_amounts_add_up_and_their_rest_survives_a_restart()
    {
        await CreditAsync("a", "1600000000", 18);
        await StopAsync();
        await StartAsync();
        _payee.Store.GetBalance("neighbour").ShouldBe(1);
        await CreditAsync("b", "400000000000", 21);
        _payee.Store.GetBalance("neighbour").ShouldBe(2);
    }

    [Theory]
    [InlineData("neighbour", "k", """{"amount":"1"}""", 400)]
    [InlineData("neighbour", "k", """{"amount":"-1","scale":9}""", 400)]
    [InlineData("neighbour", "k", """{"amount":"1","scale":256}""", 400)]
    [InlineData("neighbour", "k", "no JSON", 400)]
    [InlineData("neighbour", "", """{"amount":"1","scale":9}""", 400)]
    [InlineData("neighbour", "k", """{"amount":"999999999999999999999999999999999999999","scale":0}""", 400)]
    [InlineData("nobody", "k", """{"amount":"1","scale":9}""", 404)]
    public async Task What_is_no_settlement_is_refused_and_credits_nothing(string account, string key, string body, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{UrlOf(_payeePort)}accounts/{account}/settlements");
        request.Content = new StringContent(body);
        if (key.Length > 0)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await _http.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(status);
        _payee.Store.GetBalance("neighbour").ShouldBe(0);
    }

    private static Uri UrlOf(int port) => new($"http://127.0.0.1:{port}/");

    private async Task StartAsync()
    {
        var (payerLink, payeeLink) = InMemoryLink.CreatePair();
        _payer = await Side.StartAsync("payer", _directory["payer"], payerLink, _payerEngine, _payerPort, _http);
        _payee = await Side.StartAsync("payee", _directory["payee"], payeeLink, _payeeEngine, _payeePort, _http);
        _payer.Connector.TryGetAccount("neighbour", out var payee).ShouldBeTrue();
        _payer.Connector.Routes.Set("test.payee", payee);
        _alice = _payer.Connector.AddLocalChild(ConnectorBench.Child("alice"));
        _payee.Connector.AddLocalChild(ConnectorBench.Child("bob")).OnPrepare(
            (_, _) => ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment)));
    }

    private async Task StopAsync()
    {
        await _payer.DisposeAsync();
        await _payee.DisposeAsync();
    }

    private async Task PayAsync(int packets, ulong amount)
    {
        for (var i = 0; i < packets; i++)
        {
            var packet = IlpPrepare.Create(
                amount, TimeProvider.System.GetUtcNow().AddSeconds(20), ConnectorBench.Condition,
                IlpAddress.Parse("test.payee.bob"));
            (await _alice.SendAsync(packet, default)).IsFulfill.ShouldBeTrue();
        }
    }

    // All but less than a threshold of what was paid in packets is settled, and all but less than a unit of the ledger
    // of that has arrived.
    private Task SettledAsync(Int128 paid) => Deadline.UntilAsync(
        () =>
        {
            var owed = _payer.Store.GetBalance("neighbour");
            var credited = _payee.Store.GetBalance("neighbour") + paid;
            return owed < 5_000_000 && _payer.Store.PendingSettlements.Count == 0
                && paid - owed - credited is var onTheWay && onTheWay >= 0 && onTheWay < 1000
                && credited == (Int128)_ledger.HoldingOf("payee") * 1000;
        },
        $"{paid} are settled");

    private async Task<HttpStatusCode> CreditAsync(string key, string amount, int scale)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{UrlOf(_payeePort)}accounts/neighbour/settlements");
        request.Content = JsonContent.Create(new { amount, scale });
        request.Headers.Add("Idempotency-Key", key);
        using var response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    private sealed record Side(
        IlpConnector Connector, JournalBalanceStore Store, Settlements Settlements, PrivateListener Listener)
    {
        public static async Task<Side> StartAsync(
            string name, string directory, IIlpLink link, PlayMoneySettlementEngine engine, int port, HttpClient http)
        {
            var store = JournalBalanceStore.Open(new JournalBalanceStoreOptions { Directory = directory });
            var settlements = new Settlements(store, http);
            var listener = await PrivateListener.StartAsync(
                IPAddress.Loopback, port, routes => routes.MapSettlements(settlements));
            var connector = new IlpConnector(
                new ConnectorOptions { Address = IlpAddress.Parse($"test.{name}") }, store, settlements: settlements);
            connector.AddAccount(
                ConnectorBench.Child("neighbour") with
                {
                    Relation = AccountRelation.Peer,
                    Settlement = new SettlementConfig { Engine = engine.Url, Threshold = 5_000_000 },
                },
                link);
            return new Side(connector, store, settlements, listener);
        }

        public async Task DisposeAsync()
        {
            await Connector.DisposeAsync();
            await Settlements.DisposeAsync();
            await Listener.DisposeAsync();
            await Store.DisposeAsync();
        }
    }

    /// <summary>Loses requests, or lets them through and loses the answers.</summary>
    private sealed class FlakyHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly Random _random = new(1);

        public int LossPercent { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            int roll;
            lock (_random)
                roll = _random.Next(200);
            if (roll / 2 < LossPercent && roll % 2 == 0)
                throw new HttpRequestException("lost");
            if (LossPercent == 100)
                throw new HttpRequestException("lost");
            var response = await base.SendAsync(request, cancellationToken);
            if (roll / 2 >= LossPercent)
                return response;
            response.Dispose();
            throw new HttpRequestException("the answer is lost");
        }
    }
}
