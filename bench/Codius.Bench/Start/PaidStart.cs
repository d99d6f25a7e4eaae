using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Codius.Testing.Processes;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Ildcp;
using Interledger.Stream;

namespace Codius.Bench.Start;

/// <summary>
/// Buys pods at a host and measures from the moment the one packet with all the money is sent until the pod answers
/// through the ingress.
/// </summary>
public sealed class PaidStart : IAsyncDisposable
{
    private readonly BenchHost _host;
    private readonly BtpClient _link;
    private readonly StreamClient _payer;
    private readonly HttpClient _http = new();

    private PaidStart(BenchHost host, BtpClient link, StreamClient payer) =>
        (_host, _link, _payer) = (host, link, payer);

    public static async Task<PaidStart> ConnectAsync(BenchHost host)
    {
        if (!BtpUrl.TryParse($"btp+ws://:payer@127.0.0.1:{host.BtpPort}", out var url, out var problem))
            throw new InvalidOperationException(problem);
        var link = new BtpClient(url);
        await link.WaitUntilConnectedAsync(CancellationToken.None);
        var account = (await new IldcpClient().FetchAsync(link, CancellationToken.None)).Info!.Value;
        var payer = new StreamClient(
            link, new StreamClientOptions { Address = account.ClientAddress, Asset = account.Asset });
        payer.Listen();
        return new PaidStart(host, link, payer);
    }

    public async Task<(string Hash, TimeSpan ToFirstAnswer)> BuyAsync(string name)
    {
        var pod = await PrepareAsync(name);
        return (pod.Hash, await pod.PayAsync());
    }

    /// <summary>Everything that comes before the money.</summary>
    public async Task<PreparedPod> PrepareAsync(string name)
    {
        var body = $$$"""
            {"manifest":{"name":"{{{name}}}","version":"1","machine":"small","port":"8080",
            "containers":[{"id":"web","image":"{{{_host.Image.Reference}}}"}]}}
            """;
        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        using var quote = await SendAsync(HttpMethod.Options, body, token);
        var quoted = JsonElement.Parse(await quote.Content.ReadAsStringAsync());
        var price = ulong.Parse(quoted.GetProperty("price").GetString()!, CultureInfo.InvariantCulture);
        using var challenge = await SendAsync(HttpMethod.Post, body, token);
        var pay = challenge.Headers.GetValues("Pay").Single().Split(' ');
        var connection = _payer.Connect(
            new StreamCredentials(IlpAddress.Parse(pay[1]), Convert.FromBase64String(pay[2])));
        await connection.OpenAsync();
        var stream = connection.OpenStream();
        await stream.WriteAsync("\0"u8.ToArray());
        var buying = SendAsync(HttpMethod.Post, body, token);
        await Deadline.UntilAsync(() => Task.FromResult(stream.PeerReceiveMax >= price), "the host takes the price");

        var hash = quoted.GetProperty("manifestHash").GetString()!;
        return new PreparedPod(hash, _host.Url, connection, stream, price, buying);
    }

    public async ValueTask DisposeAsync()
    {
        await _payer.DisposeAsync();
        await _link.DisposeAsync();
        _http.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string body, string token)
    {
        using var request = new HttpRequestMessage(method, new Uri(_host.Url, "pods?duration=600"));
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("Pay-Token", token);
        return await _http.SendAsync(request);
    }
}
