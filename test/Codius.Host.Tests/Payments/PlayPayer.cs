using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Codius.Testing.Processes;
using Interledger;
using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Stream;
using Shouldly;

namespace Codius.Host.Tests.Payments;

/// <summary>
/// Pays a host in this process by the pay protocol, a step at a time, so that a test can do any of them wrongly.
/// </summary>
internal sealed class PlayPayer : IAsyncDisposable
{
    private readonly StreamClient _client;
    private readonly HttpClient _http;

    public PlayPayer(HttpClient http, IIlpLink link, IlpAddress address, ulong maxPacketAmount = ulong.MaxValue)
    {
        _http = http;
        _client = new StreamClient(link, new StreamClientOptions
        {
            Address = address,
            Asset = new AssetDetails("XRP", 9),
            Connection = new StreamOptions { MaxMoneyInFlight = 1, MaxPacketAmount = maxPacketAmount },
        });
    }

    public string Token { get; set; } = NewToken();

    public string? Credit { get; set; }

    public string? Capability { get; set; }

    /// <summary>Where the earnings of what is bought are to go.</summary>
    public string? Payout { get; set; }

    /// <summary>By which right it asks.</summary>
    public string? Bearer { get; set; }

    /// <summary>Whether it says that it is about to connect.</summary>
    public bool IsEarly { get; set; }

    /// <summary>Whether refunds are welcome; the original's client takes none.</summary>
    public bool TakesBack { get; set; }

    public StreamConnection? Connection { get; private set; }

    public MoneyStream? Stream { get; private set; }

    public ulong Sent => Stream?.TotalSent ?? 0;

    public bool Owns(IlpPrepare prepare) => _client.Owns(prepare);

    public ValueTask<IlpReply> HandleAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
        _client.HandleAsync(prepare, cancellationToken);

    public static string NewToken() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)).TrimEnd('=');

    public async Task<HttpResponseMessage> RequestAsync(
        HttpMethod method, string path, string? body, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        request.Headers.Add("Pay-Token", Token);
        if (IsEarly)
            request.Headers.Add("Pay-Early", "1");
        if (Credit is not null)
            request.Headers.Add("Pay-Credit", Credit);
        if (Capability is not null)
            request.Headers.Add("Pod-Capability", Capability);
        if (Payout is not null)
            request.Headers.Add("Pod-Payout", Payout);
        if (Bearer is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Bearer);
        var answer = await _http.SendAsync(request, cancellationToken);
        // The answer to the request may overtake the answer to the packet that it was paid with.
        if (Stream is { } stream)
            await Deadline.UntilAsync(() => stream.Unanswered == 0, "the money should have been answered");
        return answer;
    }

    /// <summary>Connects by a 402 and offers up to <paramref name="sendMax"/>.</summary>
    public async Task ConnectAsync(HttpResponseMessage challenge, ulong sendMax)
    {
        Connection = _client.Connect(Credentials(challenge));
        (await Connection.OpenAsync()).ShouldBeNull();
        Stream = Connection.OpenStream();
        if (TakesBack)
            Stream.SetReceiveMax(sendMax);
        Stream.SetSendMax(sendMax);
        var greeting = new byte[1];
        (await Stream.ReadAsync(greeting)).ShouldBe(1);
        greeting[0].ShouldBe((byte)0xff);
    }

    /// <summary>Connects by a 402 with money in the first packet, and does not wait for what becomes of it.</summary>
    public void ConnectPaying(HttpResponseMessage challenge, ulong sendMax, ulong first)
    {
        Connection = _client.Connect(Credentials(challenge));
        Stream = Connection.OpenStream(sendMax, receiveMax: TakesBack ? sendMax : 0, first);
    }

    /// <summary>The whole of it, as a client does it.</summary>
    public async Task<HttpResponseMessage> PayAsync(
        HttpMethod method, string path, string? body, ulong sendMax = ulong.MaxValue / 2)
    {
        var first = await RequestAsync(method, path, body);
        if ((int)first.StatusCode != 402)
            return first;
        await ConnectAsync(first, sendMax);
        return await RequestAsync(method, path, body);
    }

    public async ValueTask DisposeAsync() => await _client.DisposeAsync();

    private static StreamCredentials Credentials(HttpResponseMessage challenge)
    {
        ((int)challenge.StatusCode).ShouldBe(402);
        var pay = challenge.Headers.GetValues("Pay").Single().Split(' ');
        pay[0].ShouldBe("interledger-stream");
        return new StreamCredentials(IlpAddress.Parse(pay[1]), Convert.FromBase64String(pay[2]));
    }
}
