using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Codius.Runtime.Containerd.Grpc;

/// <summary>
/// Calls over HTTP/2 on a unix socket: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. While nobody
/// listens on the socket, calls wait for up to <see cref="ConnectPatience"/>, so that they outlast a restart of the
/// server.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    /// <summary>
    /// In which the container runtime interface has its things; other services of containerd ask for it.
    /// </summary>
    private const string Namespace = "k8s.io";

    private const int PrefixLength = 5;
    private const int MaxMessageLength = 64 * 1024 * 1024;
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectRetry = TimeSpan.FromMilliseconds(25);
    private static readonly MediaTypeHeaderValue ContentType = new("application/grpc+proto");

    private readonly string _socketPath;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    public GrpcChannel(string socketPath, TimeProvider time)
    {
        (_socketPath, _time) = (socketPath, time);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellationToken) => ConnectAsync(cancellationToken),
            ConnectTimeout = ConnectPatience,
            UseProxy = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>One request, one answer. Failures are statuses; only cancellation by the caller throws.</summary>
    public async Task<GrpcReply<TResponse>> CallAsync<TResponse>(
        string method,
        IMessage request,
        MessageParser<TResponse> parser,
        TimeSpan timeout,
        CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            using var response = await SendAsync(method, request, either.Token);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            var message = await ReadMessageAsync(body, parser, either.Token);
            if (message is not null)
                await DrainAsync(body, either.Token);
            var status = ReadStatus(response);
            return status.IsOk && message is null
                ? new(null, new(GrpcCode.Internal, "The answer had no message."))
                : new(status.IsOk ? message : null, status);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, new(GrpcCode.DeadlineExceeded, $"No answer within {timeout.TotalSeconds:0.#} s."));
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return new(null, new(GrpcCode.Unavailable, broken.Message));
        }
    }

    /// <summary>
    /// One request, answers until the server ends them or the caller cancels; a broken connection throws.
    /// </summary>
    public async IAsyncEnumerable<TResponse> StreamAsync<TResponse>(
        string method,
        IMessage request,
        MessageParser<TResponse> parser,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        using var response = await SendAsync(method, request, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        while (await ReadMessageAsync(body, parser, cancellationToken) is { } message)
            yield return message;
        var status = ReadStatus(response);
        if (!status.IsOk)
            throw new IOException($"{method} ended ({status}).");
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        string method, IMessage request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri("http://localhost/" + method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(request)) { Headers = { ContentType = ContentType } },
        };
        message.Headers.Add("containerd-namespace", Namespace);
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        return await _http.SendAsync(message, cancellationToken);
    }

    private static byte[] Frame(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[PrefixLength + length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)length);
        message.WriteTo(frame.AsSpan(PrefixLength));
        return frame;
    }

    private static async Task<TResponse?> ReadMessageAsync<TResponse>(
        Stream body, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        var prefix = new byte[PrefixLength];
        var read = await body.ReadAtLeastAsync(prefix, PrefixLength, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
            return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (read < PrefixLength || prefix[0] != 0 || length > MaxMessageLength)
            throw new IOException("The gRPC answer is malformed or too long.");
        var message = new byte[length];
        await body.ReadExactlyAsync(message, cancellationToken);
        try
        {
            return parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new IOException("The gRPC answer is malformed.", malformed);
        }
    }

    /// <summary>Trailers are there only once the body was read to its end.</summary>
    private static async Task DrainAsync(Stream body, CancellationToken cancellationToken)
    {
        var rest = new byte[256];
        while (await body.ReadAsync(rest, cancellationToken) > 0)
        {
        }
    }

    /// <summary>
    /// An error without any message has its status in the headers, every other answer in the trailers.
    /// </summary>
    private static GrpcStatus ReadStatus(HttpResponseMessage response)
    {
        if (!TryReadStatus(response.TrailingHeaders, out var status) && !TryReadStatus(response.Headers, out status))
            return new(GrpcCode.Unknown, $"The answer has no gRPC status (HTTP {(int)response.StatusCode}).");
        return status;
    }

    private static bool TryReadStatus(HttpResponseHeaders headers, out GrpcStatus status)
    {
        status = default;
        if (!headers.TryGetValues("grpc-status", out var codes) || !int.TryParse(codes.FirstOrDefault(), out var code))
            return false;
        var message = headers.TryGetValues("grpc-message", out var messages) ? string.Concat(messages) : "";
        status = new((GrpcCode)code, Uri.UnescapeDataString(message));
        return true;
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socketPath), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException)
            {
                socket.Dispose();
                await Task.Delay(ConnectRetry, _time, cancellationToken);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
