using System.Net;
using System.Text;
using System.Text.Json;
using Codius.Core;
using Codius.Host.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Codius.Host.Tests.Errors;

public sealed class ErrorResponseTests
{
    [Fact]
    public async Task The_three_fields_of_the_original_come_first_and_quotes_stay_quotes()
    {
        var (text, _) = await WriteAsync(Failure.NotFound("No manifest with hash of \"aa\""));
        text.ShouldStartWith("""{"statusCode":404,"error":"Not Found","message":"No manifest with hash of \"aa\"",""");
    }

    [Fact]
    public async Task Money_is_told_only_where_there_is_some()
    {
        var (_, without) = await WriteAsync(Failure.PodFailed("it ended at once"));
        without.TryGetProperty("moneyMoved", out _).ShouldBeFalse();
        var (_, nothing) = await WriteAsync(Failure.PodFailed("it ended at once"), MoneyNote.NothingMoved);
        nothing.GetProperty("moneyMoved").GetString().ShouldBe("0");
        nothing.GetProperty("refunded").GetString().ShouldBe("0");
        var (_, some) = await WriteAsync(Failure.PodFailed("it ended at once"), new MoneyNote(1, ulong.MaxValue, 2));
        some.GetProperty("moneyMoved").GetString().ShouldBe("18446744073709551618");
        some.GetProperty("refunded").GetString().ShouldBe("18446744073709551615");
        some.GetProperty("credited").GetString().ShouldBe("2");
    }

    [Theory]
    [InlineData(FailureKind.InvalidRequest, 400, "Bad Request")]
    [InlineData(FailureKind.PaymentRequired, 402, "Payment Required")]
    [InlineData(FailureKind.Forbidden, 403, "Forbidden")]
    [InlineData(FailureKind.Conflict, 409, "Conflict")]
    [InlineData(FailureKind.TooLarge, 413, "Request Entity Too Large")]
    [InlineData(FailureKind.UnsupportedMediaType, 415, "Unsupported Media Type")]
    [InlineData(FailureKind.InvalidManifest, 422, "Unprocessable Entity")]
    [InlineData(FailureKind.NoCapacity, 503, "Service Unavailable")]
    [InlineData(FailureKind.PodFailed, 500, "Internal Server Error")]
    public async Task Each_kind_has_the_status_and_the_word_of_the_original(FailureKind kind, int status, string word)
    {
        var (_, json) = await WriteAsync(new Failure(kind, "why", Blame.Host, Retryable: true));
        json.GetProperty("statusCode").GetInt32().ShouldBe(status);
        json.GetProperty("error").GetString().ShouldBe(word);
        json.GetProperty("retryable").GetBoolean().ShouldBeTrue();
        json.GetProperty("blame").GetString().ShouldBe("host");
    }

    [Fact]
    public void Every_kind_is_an_error_with_a_name_of_its_own()
    {
        var kinds = Enum.GetValues<FailureKind>();
        kinds.Select(FailureStatus.Of).ShouldAllBe(status => status >= 400);
        kinds.Select(FailureStatus.TypeOf).Distinct().Count().ShouldBe(kinds.Length);
        FailureStatus.TypeOf(FailureKind.ImageNotFound).ShouldBe("urn:codius:error:image-not-found");
    }

    [Fact]
    public async Task What_nobody_expected_is_answered_without_details()
    {
        await using var host = await RunningHost.StartAsync(
            TestRoutes.Add("/bug", _ => throw new InvalidOperationException("a secret")));
        using var client = host.CreateClient();
        using var answer = await client.GetAsync("/bug");
        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldContain("\"message\":\"An internal server error occurred\"");
        text.ShouldContain("traceId");
        text.ShouldNotContain("secret");
    }

    [Fact]
    public async Task An_answer_that_failed_half_way_never_looks_whole()
    {
        await using var host = await RunningHost.StartAsync(TestRoutes.Add("/bug", async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("a secret");
        }));
        using var client = host.CreateClient();
        await Should.ThrowAsync<HttpRequestException>(() => client.GetStringAsync("/bug"));
    }

    [Fact]
    public async Task A_client_that_sends_too_much_gets_the_answer_and_keeps_its_connection()
    {
        await using var host = await RunningHost.StartAsync(TestRoutes.Add("/body", async context =>
        {
            var read = await context.RequestServices.GetRequiredService<BodyReader>().ReadJsonAsync(context);
            await ErrorResponse.WriteAsync(context, read.Failure!);
        }));
        using var client = await RawClient.ConnectAsync(host.Http);
        foreach (var length in new[] { 1_100_190, 10_000_000 })
        {
            await client.SendAsync($"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
            await client.SendAsync(new byte[length]);
            (await client.ReadUntilAsync("1048576")).ShouldStartWith("HTTP/1.1 413 ");
        }

        await client.SendAsync("GET /version HTTP/1.1\r\nHost: a\r\n\r\n");
        (await client.ReadUntilAsync("Codiusd")).ShouldContain("HTTP/1.1 200 ");
    }

    private static async Task<(string Text, JsonElement Json)> WriteAsync(Failure failure, MoneyNote? money = null)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        await ErrorResponse.WriteAsync(context, failure, money);
        context.Response.ContentType.ShouldBe("application/json; charset=utf-8");
        var text = Encoding.UTF8.GetString(body.ToArray());
        return (text, JsonDocument.Parse(text).RootElement);
    }
}
