using System.Net;
using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Money;
using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Host.Payments;
using Codius.Host.Payments.Rates;
using Codius.Storage.Sqlite;
using Codius.Testing.Processes;
using Codius.Testing.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Payments.Rates;

/// <summary>Prices in a currency, by a clock that the test moves and a source that says what it wants.</summary>
public sealed class RatesTests : IAsyncLifetime
{
    private static readonly Asset Xrp = new("XRP", 9);
    private static readonly MachineClass Small = new("small", ResourceLimits.Small, 10);

    private readonly TestClock _clock = new();
    private readonly Source _source = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly RateOptions _options = new()
    {
        Currency = "USD",
        Url = "https://rates.example/{asset}/{CURRENCY}",
        RefreshInterval = TimeSpan.FromSeconds(1),
    };

    private SqliteHostStore _store = null!;
    private Host.Payments.Rates.Rates _rates = null!;
    private Quotes _quotes = null!;

    public async ValueTask InitializeAsync() => await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_price_in_dollars_is_asked_for_in_the_asset()
    {
        await AnswersAsync("""{"rate":"0.52"}""");
        // 10 / 0.52 XRP a month, for an hour.
        (await TellAsync()).Price.ShouldBe(26343520);
        _source.Asked.Distinct().ShouldBe(["https://rates.example/xrp/USD"]);
        _quotes.CostPerMonth(Small).ShouldBe(19.230769231m);
    }

    [Fact]
    public async Task A_rate_may_be_the_other_way_round()
    {
        _options.Inverted = true;
        await AnswersAsync("""{"rate":2}""");
        (await TellAsync()).Price.ShouldBe(27397261);
    }

    [Fact]
    public async Task Nothing_is_sold_before_the_rate_is_known()
    {
        var failure = _quotes.PriceOf(Small, PodDuration.Default).Failure.ShouldNotBeNull();
        failure.Kind.ShouldBe(FailureKind.RateUnavailable);
        failure.Retryable.ShouldBeTrue();
        failure.Message.ShouldContain("USD");
        (await _quotes.TellAsync(Small, PodDuration.Default, default)).Failure.ShouldNotBeNull();
        _quotes.CostPerMonth(Small).ShouldBeNull();
    }

    [Theory]
    [InlineData(500, "")]
    [InlineData(200, "nothing")]
    [InlineData(200, """{"rate":0}""")]
    [InlineData(302, """{"rate":1}""")]
    public async Task A_source_that_says_nothing_useful_leaves_the_last_rate_until_it_is_stale(int status, string body)
    {
        await AnswersAsync("""{"rate":1}""");
        _source.Answer = (status, body);
        await LaterAsync(TimeSpan.FromMinutes(9));
        _quotes.PriceOf(Small, PodDuration.Default).Failure.ShouldBeNull();
        await LaterAsync(TimeSpan.FromMinutes(2));
        _quotes.PriceOf(Small, PodDuration.Default).Failure.ShouldNotBeNull().Kind
            .ShouldBe(FailureKind.RateUnavailable);

        await AnswersAsync("""{"rate":2}""");
        (await TellAsync()).Price.ShouldBe(6849316);
    }

    [Fact]
    public async Task A_quote_holds_though_the_rate_moves_against_the_host()
    {
        await AnswersAsync("""{"rate":2}""");
        var told = await TellAsync();
        await AnswersAsync("""{"rate":1}""");

        Asked().ShouldBe(told.Price);
        // A new quote is of the new rate: otherwise it would have to hold for longer than it can.
        (await TellAsync()).Price.ShouldBe(13698631);
        await LaterAsync(told.ValidUntil - _clock.GetUtcNow());
        Asked().ShouldBe(told.Price);
        await LaterAsync(TimeSpan.FromSeconds(6));
        Asked().ShouldBe(13698631);
    }

    [Fact]
    public async Task A_quote_that_was_told_late_holds_as_long_as_any_other()
    {
        await AnswersAsync("""{"rate":2}""");
        await TellAsync();
        await LaterAsync(TimeSpan.FromMinutes(9));
        var told = await TellAsync();
        await AnswersAsync("""{"rate":1}""");
        await LaterAsync(TimeSpan.FromMinutes(8));
        Asked().ShouldBe(told.Price);
    }

    [Fact]
    public async Task A_quote_holds_though_the_source_is_gone_and_the_host_was_restarted()
    {
        await AnswersAsync("""{"rate":2}""");
        var told = await TellAsync();
        await CloseAsync();
        _source.Answer = (500, "");
        await OpenAsync();
        await LaterAsync(TimeSpan.FromMinutes(9));

        Asked().ShouldBe(told.Price);
        await LaterAsync(TimeSpan.FromMinutes(2));
        _quotes.PriceOf(Small, PodDuration.Default).Failure.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_rate_that_falls_in_the_payers_favour_counts_at_once()
    {
        await AnswersAsync("""{"rate":1}""");
        await TellAsync();
        await AnswersAsync("""{"rate":2}""");
        Asked().ShouldBe(6849316);
    }

    [Fact]
    public async Task What_was_told_of_one_machine_does_not_hold_for_another()
    {
        await AnswersAsync("""{"rate":1}""");
        await TellAsync();
        var large = new MachineClass("large", ResourceLimits.Small.Times(4), 40);
        _quotes.PriceOf(large, PodDuration.Default).Succeeded(out var quote, out _).ShouldBeTrue();
        quote!.Price.ShouldBe(54794521);
    }

    [Fact]
    public async Task A_quote_of_a_clock_that_was_set_back_since_does_not_hold_for_ever()
    {
        await AnswersAsync("""{"rate":2}""");
        await _store.TellPriceAsync(
            new ToldPrice("small", Xrp, 1m, _clock.GetUtcNow().AddYears(1)), _clock.GetUtcNow(), default);
        await CloseAsync();
        await OpenAsync();
        await AnswersAsync("""{"rate":2}""");
        Asked().ShouldBe(6849316);
    }

    [Fact]
    public async Task Prices_in_the_asset_itself_need_no_source()
    {
        await CloseAsync();
        (_options.Currency, _options.Url) = ("xrp", "https://rates.example/");
        await OpenAsync();
        Asked().ShouldBe(13698631);
        _source.Asked.ShouldBeEmpty();
    }

    private long Asked()
    {
        _quotes.PriceOf(Small, PodDuration.Default).Succeeded(out var quote, out var failure)
            .ShouldBeTrue(failure?.Message);
        return quote!.Price;
    }

    private async Task<Quote> TellAsync()
    {
        var told = await _quotes.TellAsync(Small, PodDuration.Default, default);
        told.Succeeded(out var quote, out var failure).ShouldBeTrue(failure?.Message);
        return quote!;
    }

    /// <summary>The source says this from now on, and has been asked.</summary>
    private async Task AnswersAsync(string body)
    {
        _source.Answer = (200, body);
        // One question may be under way with the answer from before; with the third the second has been dealt with.
        var before = _source.Done;
        await Deadline.UntilAsync(
            () =>
            {
                _clock.Advance(_options.RefreshInterval / 2);
                return _source.Done >= before + 3;
            },
            "the source should be asked");
    }

    // In steps, so that what waits in between is seen to.
    private async Task LaterAsync(TimeSpan by)
    {
        for (var end = _clock.GetUtcNow() + by; _clock.GetUtcNow() < end; await Task.Yield())
            _clock.Advance(TimeSpan.FromTicks(Math.Min((end - _clock.GetUtcNow()).Ticks, TimeSpan.TicksPerSecond)));
    }

    private async Task OpenAsync()
    {
        _store = new SqliteHostStore(_directory["codius.db"]);
        await _store.OpenAsync(default);
        var till = new PricedTill(Xrp);
        var told = new ToldPrices(_store, _clock);
        await told.OpenAsync(default);
        _rates = new Host.Payments.Rates.Rates(
            till, _options, new HttpMessageInvoker(_source), _clock,
            NullLogger<Host.Payments.Rates.Rates>.Instance);
        await _rates.StartAsync(default);
        _quotes = new Quotes(till, _rates, told, Options.Create(new HostOptions()), _clock);
    }

    private async Task CloseAsync()
    {
        await _rates.StopAsync(default);
        _rates.Dispose();
        await _store.DisposeAsync();
    }

    private sealed class Source : HttpMessageHandler
    {
        private int _done;

        public (int Status, string Body) Answer { get; set; } = (500, "");

        public int Done => Volatile.Read(ref _done);

        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
        {
            var (status, body) = Answer;
            if (status == 200)
                Asked.Add(request.RequestUri!.ToString());
            Interlocked.Increment(ref _done);
            return Task.FromResult(
                new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) });
        }
    }

    private sealed class PricedTill(Asset asset) : ITill
    {
        public Asset? Asset => asset;

        public PayInstruction Instruct(string tag) => throw new NotSupportedException();

        public bool IsConnected(string tag) => false;

        public IDisposable Protect(string tag) => throw new NotSupportedException();

        public IDisposable Ask(string tag, Escrow escrow) => throw new NotSupportedException();

        public long Returnable(string tag, bool fromOthers = false) => 0;

        public Task<long> ReturnAsync(string tag, long amount, bool fromOthers, CancellationToken stop) =>
            throw new NotSupportedException();
    }
}
