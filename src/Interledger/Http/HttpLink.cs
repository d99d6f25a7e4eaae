using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Http;

/// <summary>
/// A link to a peer by ILP over HTTP (RFC 0035): each Prepare is a POST of its own, in either direction, and its answer
/// is the response. What the peer posts comes in by <see cref="ReceiveAsync"/>, from whatever server authenticated it.
/// There is no connection to lose and no ILDCP: address and asset are agreed on beforehand. What peers and networks do
/// shows in <see cref="Status"/> and in the answers to packets, never as an exception.
/// </summary>
public sealed partial class HttpLink : IIlpLink
{
    private readonly HttpLinkOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient? _http;
    private readonly CancellationTokenSource _closed = new();
    private readonly Lock _lock = new();
    private volatile IlpHandler? _handler;
    private HttpLinkStatus _status = new(HttpLinkState.Idle);
    private int _unanswered;

    /// <summary>Makes a link. Nothing is sent before the first packet.</summary>
    /// <exception cref="ArgumentException">The endpoint is no http or https URL, or the token is none.</exception>
    public HttpLink(HttpLinkOptions options, TimeProvider? time = null)
        : this(options, options.Endpoint is null ? null : ConnectionsFor(options), time)
    {
    }

    internal HttpLink(HttpLinkOptions options, HttpMessageHandler? handler, TimeProvider? time)
    {
        (_options, _time) = (options, time ?? TimeProvider.System);
        if (options.Endpoint is null)
            return;
        if (!options.Endpoint.IsAbsoluteUri || options.Endpoint.Scheme is not ("http" or "https")
            || options.Endpoint.UserInfo.Length > 0)
            throw new ArgumentException("An endpoint is an http or https URL without a user in it.", nameof(options));
        UseToken(options.Token);
        _http = new HttpClient(handler!) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>
    /// Raised when the state of <see cref="Status"/> has changed, one at a time and in order. Handlers must not throw,
    /// nor wait for packets on this link.
    /// </summary>
    public event EventHandler? StatusChanged;

    /// <summary>How the peer takes what is sent.</summary>
    public HttpLinkStatus Status => Volatile.Read(ref _status);

    /// <summary>
    /// Whether packets can be sent: there is an endpoint and the link is open. Whether the peer is there is known only
    /// after the next packet; what came of the last one is in <see cref="Status"/>.
    /// </summary>
    public bool IsConnected => _http is not null && !_closed.IsCancellationRequested;

    /// <inheritdoc/>
    public void OnPrepare(IlpHandler handler) => _handler = handler;

    /// <summary>
    /// Answers a Prepare that the peer posted, at the latest when it expires (R00). More than
    /// <see cref="HttpLinkOptions.MaxUnanswered"/> at once are answered T03. The packet's bytes must not be used for
    /// anything else afterwards, as the handler may still look at them after an answer that came too late.
    /// </summary>
    /// <param name="prepare">What came.</param>
    /// <param name="cancellationToken">Cancelled when the peer does not wait for the answer any more.</param>
    public async ValueTask<IlpReply> ReceiveAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        if (_closed.IsCancellationRequested)
            return LinkAnswers.NotConnected;
        var left = LinkAnswers.TimeLeft(prepare, _time);
        if (left <= TimeSpan.Zero)
            return LinkAnswers.TimedOut;
        if (Interlocked.Increment(ref _unanswered) > _options.MaxUnanswered)
        {
            Interlocked.Decrement(ref _unanswered);
            return LinkAnswers.TooManyUnanswered;
        }

        var answering = AskAsync(prepare, cancellationToken);
        if (answering.IsCompleted)
            return await answering;
        try
        {
            return await answering.WaitAsync(left, _time, _closed.Token);
        }
        catch (TimeoutException)
        {
            return LinkAnswers.TimedOut;
        }
        catch (OperationCanceledException)
        {
            return LinkAnswers.NotConnected;
        }
    }

    /// <summary>Ends what waits for an answer, in both directions. Nothing is sent or received afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        Become(new HttpLinkStatus(HttpLinkState.Closed));
        _http?.Dispose();
    }

    // A packet counts until its handler has ended, also one that was answered R00 for its sake: that is what it costs.
    private async Task<IlpReply> AskAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        try
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
            return await LinkAnswers.AskAsync(_handler, prepare, gone.Token);
        }
        finally
        {
            Interlocked.Decrement(ref _unanswered);
        }
    }

    private void Learn(HttpOutcome outcome)
    {
        // The usual case is worth no lock.
        if (outcome.State == HttpLinkState.Working && Status.State == HttpLinkState.Working)
            return;
        lock (_lock)
        {
            var before = _status;
            if (before.State == HttpLinkState.Closed)
                return;
            var failures = outcome.State == HttpLinkState.Working ? 0 : before.Failures + 1;
            Set(new HttpLinkStatus(outcome.State, outcome.Detail, failures), before);
        }
    }

    private void Become(HttpLinkStatus status)
    {
        lock (_lock)
            Set(status, _status);
    }

    private void Set(HttpLinkStatus status, HttpLinkStatus before)
    {
        Volatile.Write(ref _status, status);
        if (status.State != before.State)
            StatusChanged?.Invoke(this, EventArgs.Empty);
    }
}
