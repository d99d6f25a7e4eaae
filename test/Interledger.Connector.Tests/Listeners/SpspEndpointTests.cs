using System.Net;
using Interledger.Addresses;
using Interledger.Connector.Listeners;
using Interledger.Links;
using Interledger.Receipts;
using Interledger.Spsp;
using Interledger.Stream;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Listeners;

public sealed class SpspEndpointTests : IAsyncLifetime
{
    private readonly HttpClient _http = SpspClient.CreateHttpClient();
    private StreamServer _stream = null!;
    private WebApplication _web = null!;

    public async ValueTask InitializeAsync()
    {
        var (link, _) = InMemoryLink.CreatePair();
        _stream = new StreamServer(link, new StreamServerOptions
        {
            Address = IlpAddress.Parse("test.wallet"),
            Asset = new AssetDetails("XRP", 9),
            Secret = new byte[32],
        });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _web = builder.Build();
        var server = new SpspServer(_stream);
        _web.MapSpsp("/.well-known/pay", server);
        _web.MapSpsp("/{account}", server, static context => context.Request.RouteValues["account"] is "alice"
            ? new SpspReceiver("alice", new SpspDetails { ReceiverName = "Alice" })
            : null);
        await _web.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _web.DisposeAsync();
        await _stream.DisposeAsync();
    }

    [Fact]
    public async Task A_payer_hears_where_to_pay()
    {
        var result = await Client.QueryAsync(Url("/alice"), new ReceiptVerifier(new byte[32]).CreateSetup());
        result.Error.ShouldBeNull();
        result.MaxAge.ShouldBeNull();
        result.Answer!.Credentials.Address.Value.ShouldStartWith("test.wallet.");
        result.Answer.Credentials.Address.Value.ShouldEndWith("~alice");
        (result.Answer.ReceiptsEnabled, result.Answer.Details.ReceiverName).ShouldBe((true, "Alice"));
        (await Client.QueryAsync(Url("/.well-known/pay"))).Answer!.ReceiptsEnabled.ShouldBeFalse();
        (await Client.QueryAsync(Url("/bob"))).Error!.Kind.ShouldBe(SpspErrorKind.NotFound);
    }

    [Theory]
    [InlineData("/alice", "application/spsp4+json", 200)]
    [InlineData("/alice", null, 200)]
    [InlineData("/alice", "text/html", 406)]
    [InlineData("/alice?amount=10", "application/spsp4+json", 400)]
    [InlineData("/bob", "application/spsp4+json", 404)]
    public async Task Answers_have_the_headers_of_the_standard(string path, string? accept, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Url(path));
        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);
        using var response = await _http.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(status);
        response.Content.Headers.ContentType!.ToString().ShouldBe("application/spsp4+json");
        response.Headers.CacheControl!.NoCache.ShouldBeTrue();
        response.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
    }

    [Fact]
    public async Task A_receipt_header_that_came_twice_is_refused_and_only_GET_is_answered()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Url("/alice"));
        var nonce = Convert.ToBase64String(new byte[16]);
        request.Headers.Add("Receipt-Nonce", [nonce, nonce]);
        request.Headers.Add("Receipt-Secret", Convert.ToBase64String(new byte[32]));
        using var response = await _http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var posted = await _http.PostAsync(Url("/alice"), null);
        posted.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    private SpspClient Client => new(_http, new SpspClientOptions { AllowHttp = true });

    private Uri Url(string path) => new(new Uri(_web.Urls.First()), path);
}
