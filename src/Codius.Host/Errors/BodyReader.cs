using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Codius.Core;
using Codius.Host.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Codius.Host.Errors;

/// <summary>
/// Reads a JSON body from a stranger: bounded in size and time, well-formed when it is returned. The checks and their
/// words are the original's, in its order: size, media type, presence, form.
/// </summary>
/// <remarks>
/// A body that is refused for its size is not read further here; the server reads on and discards a few MiB after the
/// answer, so that a client that is still sending gets the answer and not a reset connection.
/// </remarks>
public sealed class BodyReader(IOptions<HostOptions> options, TimeProvider time)
{
    public const int DefaultLimit = 1024 * 1024;

    private const int DeepestNesting = 64;

    public async Task<Outcome<ReadOnlyMemory<byte>>> ReadJsonAsync(HttpContext context, int limit = DefaultLimit)
    {
        var request = context.Request;
        if (request.ContentLength > limit)
            return TooLarge(limit);
        if (!IsJson(request))
            return new Failure(FailureKind.UnsupportedMediaType, "Unsupported Media Type", Blame.Caller);

        using var deadline = new CancellationTokenSource(options.Value.Limits.BodyTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        try
        {
            var read = await ReadAsync(request.BodyReader, limit, both.Token);
            return read.Succeeded(out var body, out var failure) ? Check(body) : failure;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return new Failure(
                FailureKind.RequestTimeout,
                $"the body did not arrive within {options.Value.Limits.BodyTimeout.TotalSeconds:0} seconds",
                Blame.Caller,
                Retryable: true);
        }
        catch (IOException)
        {
            // The connection broke, or its chunks make no sense: the server throws this for a size that overflows.
            return Failure.InvalidRequest("the body could not be read to its end");
        }
    }

    private static async Task<Outcome<ReadOnlyMemory<byte>>> ReadAsync(
        PipeReader reader, int limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (buffer.Length > limit)
            {
                reader.AdvanceTo(buffer.Start, buffer.End);
                return TooLarge(limit);
            }

            if (result.IsCompleted)
            {
                ReadOnlyMemory<byte> body = buffer.ToArray();
                reader.AdvanceTo(buffer.End);
                return body;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>
    /// A request that names no type is taken to send JSON, as before. Compressed bodies are not read.
    /// </summary>
    private static bool IsJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
            return false;
        if (string.IsNullOrEmpty(request.ContentType))
            return true;
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.Type.Equals("application", StringComparison.OrdinalIgnoreCase)
            && (type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (type.Charset.Length == 0 || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }

    private static Outcome<ReadOnlyMemory<byte>> Check(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
            return Failure.InvalidRequest("Invalid request payload input");
        try
        {
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = DeepestNesting });
            while (reader.Read())
            {
                // A string is looked at only when it is asked for: bytes that are no UTF-8 would be found too late.
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                    _ = reader.GetString();
            }

            return body;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Failure.InvalidRequest("Invalid request payload JSON format");
        }
    }

    private static Failure TooLarge(int limit) => new(
        FailureKind.TooLarge, $"Payload content length greater than maximum allowed: {limit}", Blame.Caller);
}
