using System.IO.Pipelines;
using System.Text;
using Codius.Core;
using Codius.Host.Errors;
using Codius.Testing.Time;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Codius.Host.Tests.Errors;

public sealed class BodyReaderTests
{
    private readonly TestClock _clock = new();

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=UTF-8")]
    [InlineData("application/vnd.codius+json")]
    public async Task Json_is_read_under_any_of_its_names(string? type)
    {
        var read = await ReadAsync("""{"a":1}"""u8.ToArray(), type);
        read.Succeeded(out var body, out _).ShouldBeTrue();
        Encoding.UTF8.GetString(body.Span).ShouldBe("""{"a":1}""");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/jsonp")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("nonsense")]
    public async Task Other_types_are_not_read(string type) =>
        (await ReadAsync("{}"u8.ToArray(), type)).Failure!.Kind.ShouldBe(FailureKind.UnsupportedMediaType);

    [Theory]
    [InlineData("{bad")]
    [InlineData("{\"a\":1} x")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("// {}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("\ufeff{}")]
    [InlineData(" ")]
    public async Task What_is_no_json_is_refused_in_the_words_of_the_original(string body)
    {
        var failure = (await ReadAsync(Encoding.UTF8.GetBytes(body))).Failure!;
        failure.ShouldBe(Failure.InvalidRequest("Invalid request payload JSON format"));
    }

    [Fact]
    public async Task Deep_nesting_and_bytes_that_are_no_text_are_refused()
    {
        var nested = Encoding.UTF8.GetBytes(new string('[', 100_000));
        (await ReadAsync(nested)).Failure!.Kind.ShouldBe(FailureKind.InvalidRequest);
        (await ReadAsync([(byte)'"', 0xff, 0xfe, (byte)'"'])).Failure!.Kind.ShouldBe(FailureKind.InvalidRequest);
    }

    [Fact]
    public async Task An_empty_body_is_missing_input() =>
        (await ReadAsync([], null)).Failure.ShouldBe(Failure.InvalidRequest("Invalid request payload input"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_refused_whether_it_says_its_length_or_not(bool saysLength)
    {
        var body = Encoding.UTF8.GetBytes($"\"{new string('x', BodyReader.DefaultLimit)}\"");
        var failure = (await ReadAsync(body, saysLength: saysLength)).Failure!;
        failure.Kind.ShouldBe(FailureKind.TooLarge);
        failure.Message.ShouldBe("Payload content length greater than maximum allowed: 1048576");
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_read()
    {
        var body = Encoding.UTF8.GetBytes($"\"{new string('x', BodyReader.DefaultLimit - 2)}\"");
        (await ReadAsync(body, saysLength: false)).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_given_up()
    {
        var pipe = new Pipe();
        var context = new DefaultHttpContext();
        context.Features.Set<IRequestBodyPipeFeature>(new PipeFeature(pipe.Reader));
        var reading = Reader().ReadJsonAsync(context);
        await pipe.Writer.WriteAsync("{"u8.ToArray());
        _clock.Advance(TimeSpan.FromSeconds(30));
        var failure = (await reading.WaitAsync(TimeSpan.FromSeconds(10))).Failure!;
        failure.Kind.ShouldBe(FailureKind.RequestTimeout);
        failure.Message.ShouldContain("30 seconds");
    }

    private BodyReader Reader() => new(Options.Create(new HostOptions()), _clock);

    private Task<Outcome<ReadOnlyMemory<byte>>> ReadAsync(
        byte[] body, string? type = "application/json", bool saysLength = true)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(body);
        context.Request.ContentType = type;
        context.Request.ContentLength = saysLength ? body.Length : null;
        return Reader().ReadJsonAsync(context);
    }

    private sealed record PipeFeature(PipeReader Reader) : IRequestBodyPipeFeature;
}
