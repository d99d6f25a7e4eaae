using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Codius.EndToEnd.Hosts;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Ildcp;
using Interledger.Stream;
using Shouldly;

namespace Codius.EndToEnd.Clients;

/// <summary>
/// Pays a host by the pay protocol over a real link, a step at a time, so that a test can come between two steps or do
/// one of them wrongly.
/// </summary>
internal sealed class StepPayer : IAsyncDisposable
{
    private readonly CodiusHost _host;
    private readonly BtpClient _link;
    private readonly StreamClient _client;

    private StepPayer(CodiusHost host, BtpClient link, StreamClient client) =>
        (_host, _link, _client) = (host, link, client);

    public string Token { get; init; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)).TrimEnd('=');

    /// <summary>A credit that is sent with each request.</summary>
    public string? Credit { get; set; }

    /// <summary>The right to what is bought, sent with each request.</summary>
    public string? Capability { get; set; }

    /// <summary>Where the earnings of what is bought are to go.</summary>
    public string? Payout { get; set; }

    public MoneyStream? Stream { get; private set; }

    public ulong Sent => Stream?.TotalSent ?? 0;

    public static async Task<StepPayer> ConnectAsync(
        CodiusHost host, string? token = null, string? btpUrl = null)
    {
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        BtpUrl.TryParse(btpUrl ?? host.BtpUrl(secret), out var url, out var problem).ShouldBeTrue(problem);
        var link = new BtpClient(url!);
        (await link.ConnectAsync(CancellationToken.None)).State.ShouldBe(BtpClientState.Connected);
        var (info, why) = await new IldcpClient().FetchAsync(link, CancellationToken.None);
        var account = info ?? throw new InvalidOperationException(why);
        var client = new StreamClient(
            link, new StreamClientOptions { Address = account.ClientAddress, Asset = account.Asset });
        client.Listen();
        return token is null ? new StepPayer(host, link, client) : new StepPayer(host, link, client) { Token = token };
    }

    /// <summary>Buys time for a pod; its answer.</summary>
    public static async Task<JsonElement> BuyAsync(CodiusHost host, string body, int seconds)
    {
        await using var payer = await ConnectAsync(host);
        var answer = await payer.PayAsync($"/pods?duration={seconds}", body);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(200, text);
        return JsonElement.Parse(text);
    }

    /// <summary>One request with the token.</summary>
    public async Task<HttpResponseMessage> RequestAsync(
        string path,
        string? body,
        HttpMethod? method = null,
        Action<HttpRequestMessage>? change = null,
        CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        request.Headers.Add("Pay-Token", Token);
        if (Credit is not null)
            request.Headers.Add("Pay-Credit", Credit);
        if (Capability is not null)
            request.Headers.Add("Pod-Capability", Capability);
        if (Payout is not null)
            request.Headers.Add("Pod-Payout", Payout);
        change?.Invoke(request);
        return await _host.Http.SendAsync(request, cancellationToken);
    }

    /// <summary>Connects as a 402 says, and offers up to <paramref name="sendMax"/>.</summary>
    public async Task FollowAsync(HttpResponseMessage challenge, ulong sendMax = 1_000_000_000)
    {
        var connection = await ConnectAsync(challenge);
        (await connection.OpenAsync()).ShouldBeNull();
        Stream = connection.OpenStream();
        Stream.SetSendMax(sendMax);
        (await Stream.ReadAsync(new byte[1])).ShouldBe(1);
    }

    /// <summary>Connects as a 402 says, with what it says is due in the first packet, and does not wait.</summary>
    public async Task FollowAtOnceAsync(
        HttpResponseMessage challenge, ulong sendMax = 1_000_000_000, ulong receiveMax = 0)
    {
        var connection = await ConnectAsync(challenge);
        var due = challenge.Headers.GetValues("Pay-Amount").Single().Split(' ')[0];
        Stream = connection.OpenStream(sendMax, receiveMax, ulong.Parse(due, CultureInfo.InvariantCulture));
    }

    /// <summary>The whole of it, as a client does it.</summary>
    public async Task<HttpResponseMessage> PayAsync(
        string path, string? body, HttpMethod? method = null, ulong sendMax = 1_000_000_000)
    {
        var first = await RequestAsync(path, body, method);
        if ((int)first.StatusCode != 402)
            return first;
        await FollowAsync(first, sendMax);
        return await RequestAsync(path, body, method);
    }

    /// <summary>The answer to a request may overtake the one to the packet.</summary>
    public async Task ShouldHaveSentAsync(ulong amount)
    {
        if (Stream is { } stream && amount > 0)
            await stream.WaitForSentAsync(amount).WaitAsync(TimeSpan.FromSeconds(10));
        Sent.ShouldBe(amount);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _link.DisposeAsync();
    }

    private async Task<StreamConnection> ConnectAsync(HttpResponseMessage challenge)
    {
        ((int)challenge.StatusCode).ShouldBe(402, await challenge.Content.ReadAsStringAsync());
        var pay = challenge.Headers.GetValues("Pay").Single().Split(' ');
        return _client.Connect(
            new StreamCredentials(IlpAddress.Parse(pay[1]), Convert.FromBase64String(pay[2])));
    }
}
