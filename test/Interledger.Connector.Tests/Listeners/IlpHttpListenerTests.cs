using System.Net;
using System.Net.Http.Headers;
using Codius.Testing.Processes;
using Interledger.Connector.Listeners;
using Interledger.Http;
using Interledger.Packets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;
using static Interledger.Connector.Tests.Listeners.HttpTestServer;

namespace Interledger.Connector.Tests.Listeners;

public sealed class IlpHttpListenerTests
{
    [Fact]
    public async Task A_packet_that_is_posted_with_a_token_of_the_account_is_answered_with_a_packet()
    {
        await using var server = await StartAsync();
        server.Link.OnPrepare(FulfillAsync);
        using var answer = await server.SendAsync(server.Request(Prepare(data: [1, 2]).Packet));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/octet-stream");
        IlpReply.TryRead(await answer.Content.ReadAsByteArrayAsync(), out var reply).ShouldBeTrue();
        reply.Fulfills(ConnectorBench.Condition).ShouldBeTrue();
        reply.Data.ToArray().ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Rejections_are_answered_200_as_well()
    {
        await using var server = await StartAsync();
        using var answer = await server.SendAsync(server.Request());
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        IlpReply.TryRead(await answer.Content.ReadAsByteArrayAsync(), out var reply).ShouldBeTrue();
        reply.Code.ShouldBe(IlpErrorCode.PeerUnreachable);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("OPTIONS")]
    [InlineData("DELETE")]
    public async Task Other_methods_are_refused(string method)
    {
        await using var server = await StartAsync();
        var request = server.Request();
        request.Method = new HttpMethod(method);
        using var answer = await server.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        answer.Content.Headers.Allow.ShouldBe(["POST"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer secret2")]
    [InlineData("Bearer secre")]
    [InlineData("Basic c2VjcmV0")]
    [InlineData("secret")]
    public async Task Who_has_no_token_of_an_account_is_refused(string? authorization)
    {
        await using var server = await StartAsync();
        var request = server.Request();
        request.Headers.Authorization = null;
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await server.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ShouldBe([new AuthenticationHeaderValue("Bearer")]);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("application/json", null)]
    [InlineData("text/plain", null)]
    [InlineData("nonsense", null)]
    [InlineData("application/octet-stream", "gzip")]
    public async Task Other_media_types_are_refused(string? mediaType, string? encoding)
    {
        await using var server = await StartAsync();
        var request = server.Request();
        request.Content!.Headers.ContentType = null;
        if (mediaType is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        if (encoding is not null)
            request.Content.Headers.ContentEncoding.Add(encoding);
        using var answer = await server.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0d00")]
    [InlineData("7b7d")]
    public async Task What_is_no_Prepare_is_refused(string hex)
    {
        await using var server = await StartAsync();
        using var answer = await server.SendAsync(server.Request(Convert.FromHexString(hex)));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_larger_than_any_packet_is_refused(bool chunked)
    {
        await using var server = await StartAsync();
        var request = server.Request(new byte[IlpHttp.MaxBodySize + 1]);
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await server.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task The_largest_packet_there_is_comes_through_both_ways()
    {
        await using var server = await StartAsync();
        server.Link.OnPrepare(FulfillAsync);
        await using var link = new HttpLink(new HttpLinkOptions { Endpoint = server.Url, Token = "secret" });
        var data = new byte[IlpEnvelope.MaxDataLength];
        new Random(1).NextBytes(data);
        (await link.SendAsync(Prepare(data: data), default)).Data.ToArray().ShouldBe(data);
    }

    [Fact]
    public async Task A_token_that_was_changed_is_refused_and_shows_in_the_state_of_the_other_side()
    {
        await using var server = await StartAsync();
        server.Link.OnPrepare(FulfillAsync);
        await using var link = new HttpLink(new HttpLinkOptions { Endpoint = server.Url, Token = "secret" });
        (await link.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();

        server.Tokens.Add("next", server.Link);
        server.Tokens.Remove("secret");
        (await link.SendAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
        link.Status.State.ShouldBe(HttpLinkState.TokenRefused);
        link.UseToken("next");
        (await link.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
        link.Status.State.ShouldBe(HttpLinkState.Working);
    }

    [Fact]
    public async Task A_packet_may_be_held_until_it_expires()
    {
        await using var server = await StartAsync();
        var held = new TaskCompletionSource<IlpReply>();
        server.Link.OnPrepare((_, _) => new ValueTask<IlpReply>(held.Task));
        await using var link = new HttpLink(new HttpLinkOptions { Endpoint = server.Url, Token = "secret" });

        var waiting = link.SendAsync(Prepare(), default).AsTask();
        using var expired = await server.SendAsync(server.Request(Prepare(0.3).Packet));
        IlpReply.TryRead(await expired.Content.ReadAsByteArrayAsync(), out var reply).ShouldBeTrue();
        reply.Code.ShouldBe(IlpErrorCode.TransferTimedOut);
        waiting.IsCompleted.ShouldBeFalse();

        held.SetResult(IlpReply.Fulfill(ConnectorBench.Fulfillment));
        (await waiting).IsFulfill.ShouldBeTrue();
    }

    [Fact]
    public async Task Who_does_not_wait_for_the_answer_is_noticed()
    {
        await using var server = await StartAsync();
        var (came, gone) = (new TaskCompletionSource(), new TaskCompletionSource());
        server.Link.OnPrepare(async (_, stop) =>
        {
            await using var noticed = stop.Register(gone.SetResult);
            came.SetResult();
            await gone.Task;
            return IlpReply.Reject(IlpErrorCode.InternalError);
        });
        await using var link = new HttpLink(new HttpLinkOptions { Endpoint = server.Url, Token = "secret" });
        using var stop = new CancellationTokenSource();
        var waiting = link.SendAsync(Prepare(), stop.Token).AsTask();
        await came.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await stop.CancelAsync();
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task More_requests_than_may_be_under_way_are_refused_and_the_others_are_answered()
    {
        await using var server = await StartAsync(new IlpHttpEndpointOptions { MaxRequests = 2 });
        var held = new TaskCompletionSource<IlpReply>();
        var came = 0;
        server.Link.OnPrepare((_, _) =>
        {
            Interlocked.Increment(ref came);
            return new ValueTask<IlpReply>(held.Task);
        });
        await using var link = new HttpLink(new HttpLinkOptions { Endpoint = server.Url, Token = "secret" });
        var first = link.SendAsync(Prepare(), default).AsTask();
        var second = link.SendAsync(Prepare(), default).AsTask();
        await Deadline.UntilAsync(() => Volatile.Read(ref came) == 2, "both packets are held");

        (await link.SendAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerBusy);
        link.Status.State.ShouldBe(HttpLinkState.Unavailable);
        held.SetResult(IlpReply.Fulfill(ConnectorBench.Fulfillment));
        (await Task.WhenAll(first, second)).ShouldAllBe(reply => reply.IsFulfill);
    }

    [Fact]
    public async Task The_endpoint_is_a_route_of_any_application()
    {
        var (tokens, account) = (new HttpTokens(), new HttpLink(new HttpLinkOptions()));
        tokens.Add("secret", account);
        account.OnPrepare(FulfillAsync);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var application = builder.Build();
        application.MapIlpHttp("/accounts/alice/ilp", tokens.AuthenticateAsync);
        await application.StartAsync();
        var url = new Uri(new Uri(application.Urls.Single()), "/accounts/alice/ilp");
        await using var link = new HttpLink(new HttpLinkOptions { Endpoint = url, Token = "secret" });
        (await link.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
        await application.StopAsync();
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_as_such()
    {
        await using var first = await StartAsync();
        await Should.ThrowAsync<IOException>(() => IlpHttpListener.StartAsync(
            first.Tokens.AuthenticateAsync, new IlpHttpListenerOptions { Port = first.Url.Port }));
    }

    private static ValueTask<IlpReply> FulfillAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
        ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment, prepare.Data.Span));
}
