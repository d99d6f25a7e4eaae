using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Interledger.Connector.Listeners;
using Interledger.Connector.Settlement;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Interledger.Connector.PlayMoney;

/// <summary>
/// A settlement engine (RFC 0038) that moves play money on a <see cref="PlayMoneyLedger"/> and speaks the real
/// interface, for trying settlement out. Two of them tell each other over their connectors what they are called on the
/// ledger. It remembers nothing beyond the process.
/// </summary>
public sealed class PlayMoneySettlementEngine : IAsyncDisposable
{
    private const int LongestBody = 32768;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly PlayMoneyLedger _ledger;
    private readonly string _name;
    private readonly Uri _connector;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SettlementQuantity> _leftovers = [];
    private readonly HashSet<string> _keys = [];
    private readonly ConcurrentDictionary<string, string> _accountOf = new();
    private readonly ConcurrentDictionary<string, byte> _accounts = new();
    private readonly ConcurrentBag<Task> _running = [];
    private PrivateListener? _listener;

    private PlayMoneySettlementEngine(
        PlayMoneyLedger ledger, string name, Uri connector, HttpClient http, TimeProvider time) =>
        (_ledger, _name, _connector, _http, _time) = (ledger, name, connector, http, time);

    /// <summary>Where its connector reaches it.</summary>
    public Uri Url => _listener?.Url ?? throw new InvalidOperationException("It does not listen.");

    /// <summary>The accounts that it was told of.</summary>
    public IReadOnlyCollection<string> Accounts => [.. _accounts.Keys];

    /// <summary>Opens the interface of an engine.</summary>
    /// <param name="ledger">What it settles on.</param>
    /// <param name="name">What its operator is called there.</param>
    /// <param name="connector">Where its connector listens to it.</param>
    /// <param name="http">How it reaches that.</param>
    /// <param name="port">Where to listen, on 127.0.0.1; 0 takes any free one.</param>
    /// <param name="time">The clock, or the system's.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<PlayMoneySettlementEngine> StartAsync(
        PlayMoneyLedger ledger, string name, Uri connector, HttpClient http, int port = 0, TimeProvider? time = null)
    {
        var engine = new PlayMoneySettlementEngine(ledger, name, connector, http, time ?? TimeProvider.System);
        engine._listener = await PrivateListener.StartAsync(
            IPAddress.Loopback, port, engine.Map, cancellationToken: engine._stop.Token);
        ledger.Listen(name, engine.Credit);
        return engine;
    }

    /// <summary>Closes the interface; what it was asked to do and has not done is forgotten.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_listener is not null)
            await _listener.DisposeAsync();
        await Task.WhenAll(_running);
        _stop.Dispose();
    }

    private void Map(WebApplication routes)
    {
        routes.MapPost("/accounts", SetUpAsync);
        routes.MapDelete("/accounts/{id}", context =>
        {
            _accounts.TryRemove(IdOf(context), out _);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        routes.MapPost("/accounts/{id}/settlements", SettleAsync);
        routes.MapPost("/accounts/{id}/messages", IntroduceAsync);
    }

    private async Task SetUpAsync(HttpContext context)
    {
        var body = await SettlementBody.ReadAsync(context.Request, LongestBody);
        var account = JsonSerializer.Deserialize(body, SettlementJson.Default.SetUpAccount);
        _accounts[account!.Id] = 0;
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    private async Task SettleAsync(HttpContext context)
    {
        var account = IdOf(context);
        var key = context.Request.Headers[SettlementEndpoints.IdempotencyKey].ToString();
        if (key.Length == 0 || await SettlementBody.ReadQuantityAsync(context.Request, LongestBody) is not { } quantity)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        lock (_lock)
        {
            if (_keys.Add(key))
            {
                var (units, leftover) = quantity.Convert(_leftovers.GetValueOrDefault(account), _ledger.Scale);
                _leftovers[account] = leftover;
                if (!units.IsZero)
                    _running.Add(PayAsync(account, units));
            }
        }

        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.Response.WriteAsJsonAsync(
            QuantityBody.Of(quantity), SettlementJson.Default.QuantityBody, cancellationToken: context.RequestAborted);
    }

    // The message says what the peer's engine is called on the ledger, the answer what we are.
    private async Task IntroduceAsync(HttpContext context)
    {
        if (await SettlementBody.ReadAsync(context.Request, LongestBody) is { } name)
            _accountOf[Encoding.UTF8.GetString(name)] = IdOf(context);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(_name), context.RequestAborted);
    }

    private async Task PayAsync(string account, BigInteger units)
    {
        await Task.Yield();
        var answer = await UntilDoneAsync(() => new HttpRequestMessage(HttpMethod.Post, PathOf(account, "messages"))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(_name)),
        });
        if (answer is not null)
            _ledger.Transfer(_name, Encoding.UTF8.GetString(answer), units);
    }

    private void Credit(string payer, BigInteger units)
    {
        var key = Guid.NewGuid().ToString("N");
        if (_accountOf.TryGetValue(payer, out var account))
        {
            _running.Add(UntilDoneAsync(() => new HttpRequestMessage(HttpMethod.Post, PathOf(account, "settlements"))
            {
                Headers = { { SettlementEndpoints.IdempotencyKey, key } },
                Content = JsonContent.Create(
                    QuantityBody.Of(new SettlementQuantity(units, _ledger.Scale)), SettlementJson.Default.QuantityBody),
            }));
        }
    }

    // What the connector answered, or null when the engine is stopped.
    private async Task<byte[]?> UntilDoneAsync(Func<HttpRequestMessage> request)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var response = await _http.SendAsync(request(), _stop.Token);
                if (response.IsSuccessStatusCode)
                    return await response.Content.ReadAsByteArrayAsync(_stop.Token);
                await Task.Delay(Pause, _time, _stop.Token);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                await Task.WhenAny(Task.Delay(Pause, _time, _stop.Token));
            }
        }

        return null;
    }

    private Uri PathOf(string account, string what) => new(_connector, $"/accounts/{Uri.EscapeDataString(account)}/{what}");

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["id"]!;
}
