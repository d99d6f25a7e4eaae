using System.Net;
using System.Text;
using Interledger.Receipts;
using Interledger.Spsp;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Spsp;

public sealed class SpspClientTests
{
    private const string Good =
        """{"destination_account":"test.x","shared_secret":"6jR5iNIVRvqeasJeCty6C+YB5X9FhSOUPCL/5nha5Vs="}""";

    private static readonly Uri Endpoint = new("https://example.com/bob");

    [Fact]
    public async Task A_payment_pointer_is_asked_for_where_to_pay()
    {
        var web = new ScriptedWeb((_, _) => Task.FromResult(Json(Good)));
        PaymentPointer.TryParse("$example.com/bob", out var pointer).ShouldBeTrue();
        var result = await web.Client().QueryAsync(pointer);
        result.Error.ShouldBeNull();
        result.Answer!.Credentials.Address.Value.ShouldBe("test.x");
        result.Endpoint.ShouldBe(Endpoint);
        result.MaxAge.ShouldBeNull();
        var request = web.Requests.Single();
        request.RequestUri.ShouldBe(Endpoint);
        request.Headers.Accept.ToString().ShouldBe("application/spsp4+json");
        request.Headers.Contains("Receipt-Nonce").ShouldBeFalse();
    }

    [Fact]
    public async Task A_verifier_sends_nonce_and_secret_and_hears_for_how_long_the_answer_is_good()
    {
        var web = new ScriptedWeb((_, _) =>
        {
            var answer = Json(Good);
            answer.Headers.TryAddWithoutValidation("Cache-Control", "max-age=60");
            return Task.FromResult(answer);
        });
        var setup = new ReceiptVerifier(new byte[32]).CreateSetup();
        var result = await web.Client().QueryAsync(Endpoint, setup);
        result.MaxAge.ShouldBe(TimeSpan.FromSeconds(60));
        var headers = web.Requests.Single().Headers;
        headers.GetValues("Receipt-Nonce").Single().ShouldBe(Convert.ToBase64String(setup.Nonce.Span));
        headers.GetValues("Receipt-Secret").Single().ShouldBe(Convert.ToBase64String(setup.Secret.Span));
    }

    [Fact]
    public async Task A_payee_may_be_named_by_payment_pointer_or_URL()
    {
        var web = new ScriptedWeb((_, _) => Task.FromResult(Json(Good)));
        (await web.Client().QueryAsync("$example.com/bob")).Endpoint.ShouldBe(Endpoint);
        (await web.Client().QueryAsync("https://example.com/bob")).Endpoint.ShouldBe(Endpoint);
        foreach (var payee in (string[])["", "bob", "$", "$example.com/?x", "http://example.com/bob"])
            (await web.Client().QueryAsync(payee)).Error!.Kind.ShouldBe(SpspErrorKind.InvalidEndpoint);
        web.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("http://example.com/bob")]
    [InlineData("https://example.com/bob?a=b")]
    [InlineData("https://user@example.com/bob")]
    [InlineData("ftp://example.com/bob")]
    [InlineData("bob")]
    public async Task Only_HTTPS_without_a_query_is_asked(string endpoint)
    {
        var web = new ScriptedWeb((_, _) => throw new InvalidOperationException());
        var result = await web.Client().QueryAsync(new Uri(endpoint, UriKind.RelativeOrAbsolute));
        result.Error!.Kind.ShouldBe(SpspErrorKind.InvalidEndpoint);
    }

    [Fact]
    public async Task Redirects_are_followed_a_few_times_and_the_last_host_is_told()
    {
        var web = new ScriptedWeb((request, _) => Task.FromResult(
            request.RequestUri!.AbsolutePath == "/bob" ? To("https://other.example/alice") : Json(Good)));
        (await web.Client().QueryAsync(Endpoint)).Endpoint.ShouldBe(new Uri("https://other.example/alice"));

        var circle = new ScriptedWeb((_, _) => Task.FromResult(To("/bob")));
        (await circle.Client().QueryAsync(Endpoint)).Error!.Kind.ShouldBe(SpspErrorKind.BadRedirect);
        circle.Requests.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("http://example.com/bob")]
    [InlineData("https://example.com/bob?x=1")]
    [InlineData("file:///etc/passwd")]
    [InlineData("")]
    public async Task Redirects_to_elsewhere_than_HTTPS_are_not_followed(string location)
    {
        var web = new ScriptedWeb((_, _) => Task.FromResult(To(location)));
        var client = new SpspClient(new HttpClient(web), new SpspClientOptions { AllowHttp = true });
        (await client.QueryAsync(Endpoint)).Error!.Kind.ShouldBe(SpspErrorKind.BadRedirect);
        web.Requests.ShouldAllBe(static request => request.RequestUri!.Scheme == "https");
    }

    [Theory]
    [InlineData(404, SpspErrorKind.NotFound, false)]
    [InlineData(409, SpspErrorKind.Refused, false)]
    [InlineData(429, SpspErrorKind.Refused, true)]
    [InlineData(503, SpspErrorKind.Refused, true)]
    public async Task An_error_says_whether_to_try_again(int status, SpspErrorKind kind, bool isTemporary)
    {
        var web = new ScriptedWeb((_, _) => Task.FromResult(new HttpResponseMessage((HttpStatusCode)status)));
        var error = (await web.Client().QueryAsync(Endpoint)).Error!;
        (error.Kind, error.Status, error.IsTemporary).ShouldBe((kind, status, isTemporary));
    }

    [Fact]
    public async Task An_answer_without_end_or_sense_is_refused()
    {
        var endless = new ScriptedWeb((_, _) => Task.FromResult(new HttpResponseMessage
        {
            Content = new StreamContent(new EndlessStream()),
        }));
        (await endless.Client().QueryAsync(Endpoint)).Error!.Kind.ShouldBe(SpspErrorKind.InvalidAnswer);
        var nonsense = new ScriptedWeb((_, _) => Task.FromResult(Json("<html>")));
        (await nonsense.Client().QueryAsync(Endpoint)).Error!.Kind.ShouldBe(SpspErrorKind.InvalidAnswer);
    }

    [Fact]
    public async Task A_server_that_is_silent_or_gone_is_given_up()
    {
        var gone = new ScriptedWeb(static (_, _) => throw new HttpRequestException("no such host"));
        (await gone.Client().QueryAsync(Endpoint)).Error!.Kind.ShouldBe(SpspErrorKind.Unreachable);

        var time = new ManualTime();
        var asked = new TaskCompletionSource();
        var silent = new ScriptedWeb(async (_, stop) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stop);
            return Json(Good);
        });
        var query = silent.Client(time).QueryAsync(Endpoint);
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(10));
        (await query.WaitAsync(TimeSpan.FromSeconds(30))).Error!.Kind.ShouldBe(SpspErrorKind.TimedOut);

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(
            () => silent.Client().QueryAsync(Endpoint, cancellationToken: cancelled.Token));
    }

    private static HttpResponseMessage Json(string json) =>
        new() { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json)) };

    private static HttpResponseMessage To(string location)
    {
        var answer = new HttpResponseMessage(HttpStatusCode.Redirect);
        if (location.Length > 0)
            answer.Headers.Location = new Uri(location, UriKind.RelativeOrAbsolute);
        return answer;
    }

    private sealed class ScriptedWeb(
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        public List<HttpRequestMessage> Requests { get; } = [];

        public SpspClient Client(TimeProvider? time = null) => new(new HttpClient(this), time: time);

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Requests.Add(request);
            return answer(request, cancellationToken);
        }
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(buffer.Length);

        public override Task<int> ReadAsync(
            byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(count);

        public override Task CopyToAsync(
            System.IO.Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            CopyAsync(destination);

        private static async Task CopyAsync(System.IO.Stream destination)
        {
            while (true)
                await destination.WriteAsync(new byte[1024]);
        }
    }
}
