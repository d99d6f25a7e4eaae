using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>What strangers send to the host's ports. Each gets a clear answer, and the host goes on.</summary>
public sealed class BadInputTests(PlayMoneyHost fixture, Images images) : IClassFixture<PlayMoneyHost>
{
    private const int Seed = 20_261_120;

    private CodiusHost Host => fixture.Host;

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("abc")]
    [InlineData("99999999999")]
    [InlineData("")]
    public async Task A_duration_that_is_none_is_refused_with_the_limits(string duration)
    {
        foreach (var method in new[] { HttpMethod.Options, HttpMethod.Post, HttpMethod.Put })
        {
            var body = method == HttpMethod.Put ? "" : new SampleManifest(images.Hello).ToBody();
            var (status, error) = await SendAsync(method, $"/pods?duration={duration}", body);
            status.ShouldBe(HttpStatusCode.BadRequest);
            var message = error.GetProperty("message").GetString()!;
            message.ShouldContain("duration");
            message.ShouldContain("2592000");
        }
    }

    [Fact]
    public async Task A_duration_that_is_absent_is_an_hour()
    {
        var (status, quote) = await SendAsync(HttpMethod.Options, "/pods", new SampleManifest(images.Hello).ToBody());
        status.ShouldBe(HttpStatusCode.OK);
        quote.GetProperty("price").GetString().ShouldBe("13698631");
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_is_no_manifest_is_refused(string name, int expected)
    {
        var (status, error) = await SendAsync(HttpMethod.Post, "/pods?duration=60", BodyOf(name));
        ((int)status).ShouldBe(expected, error.ToString());
        error.GetProperty("statusCode").GetInt32().ShouldBe(expected);
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        await ShouldServeAsync();
    }

    [Fact]
    public async Task Garbage_on_the_port_for_requests_disturbs_nobody()
    {
        foreach (var garbage in Garbage())
            await ThrowAtAsync(Host.Settings.Port, garbage);
        await ShouldServeAsync();
    }

    [Fact]
    public async Task Garbage_on_the_port_for_money_disturbs_nobody()
    {
        foreach (var garbage in Garbage())
            await ThrowAtAsync(Host.Settings.PlayMoneyPort, garbage);
        await ShouldServeAsync();
        (await StepPayer.BuyAsync(Host, new SampleManifest(images.Hello).ToBody(), 60))
            .GetProperty("manifestHash").GetString().ShouldNotBeNull();
        Host.Lines.ShouldNotContain(line => line.Contains("ERROR"));
    }

    public static TheoryData<string, int> Bodies { get; } = new()
    {
        { "nothing", 400 },
        { "not JSON", 400 },
        { "half of it", 400 },
        { "a string", 400 },
        { "a null", 400 },
        { "ten megabytes", 413 },
        { "a hundred thousand brackets", 400 },
        { "a hundred thousand objects", 400 },
        { "wrong types", 400 },
        { "unknown fields", 400 },
        { "an unknown variable", 422 },
        { "no UTF-8", 400 },
        { "a wrong private hash", 422 },
    };

    private byte[] BodyOf(string name)
    {
        var good = new SampleManifest(images.Hello);
        if (name == "no UTF-8")
            return [.. "{\"manifest\":\""u8, 0xff, 0xfe, .. "\"}"u8];
        return Encoding.UTF8.GetBytes(name switch
        {
            "nothing" => "",
            "not JSON" => "manifest",
            "half of it" => good.ToBody()[..40],
            "a string" => "\"manifest\"",
            "a null" => "null",
            "ten megabytes" => $$"""{"manifest":"{{new string('a', 10 * 1024 * 1024)}}"}""",
            "a hundred thousand brackets" => new string('[', 100_000) + new string(']', 100_000),
            "a hundred thousand objects" =>
                string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" + new string('}', 100_000),
            "wrong types" => """{"manifest":{"name":1,"version":true,"containers":{},"port":8080}}""",
            "unknown fields" => good.ToBody().Replace("\"version\"", "\"extra\":1,\"version\""),
            "an unknown variable" =>
                (good with { Environment = new Dictionary<string, string> { ["A"] = "$NOWHERE" } }).ToBody(),
            "a wrong private hash" =>
                (good with { Environment = new Dictionary<string, string> { ["A"] = "$A" } }).ToBody().TrimEnd('}')
                + """
                  ,"vars":{"A":{"encoding":"private:sha256","value":"00"}}},
                  "private":{"vars":{"A":{"nonce":"1","value":"x"}}}}
                  """,
            _ => throw new ArgumentException(name),
        });
    }

    private static IEnumerable<byte[]> Garbage()
    {
        var random = new Random(Seed);
        for (var length = 1; length <= 65536; length *= 4)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            yield return bytes;
        }

        const string Upgrade = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
        yield return Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: " + new string('a', 100_000) + "\r\n\r\n");
        yield return Encoding.ASCII.GetBytes(
            "POST /pods HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\n");
        yield return [.. Encoding.ASCII.GetBytes(Upgrade), 0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        yield return [.. Encoding.ASCII.GetBytes(Upgrade), 0x82, 0x85, 0, 0, 0, 0, 6, 0, 0, 0, 1];
    }

    /// <summary>Sends and then waits until the server has had enough, or for a moment.</summary>
    private static async Task ThrowAtAsync(int port, byte[] garbage)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        try
        {
            await client.GetStream().WriteAsync(garbage, patience.Token);
            while (await client.GetStream().ReadAsync(new byte[4096], patience.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It was refused, or the server waits for more.
        }
    }

    private async Task ShouldServeAsync() =>
        (await Host.GetJsonAsync("/info")).GetProperty("acceptingUploads").GetBoolean().ShouldBeTrue();

    private Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string body) =>
        SendAsync(method, path, Encoding.UTF8.GetBytes(body));

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("Pay-Token", "AAAAAAAAAAAAAAAAAAAAAA");
        using var answer = await Host.Http.SendAsync(request);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()));
    }
}
