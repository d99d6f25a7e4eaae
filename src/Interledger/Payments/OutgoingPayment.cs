using Interledger.Stream;

namespace Interledger.Payments;

/// <summary>
/// A payment over a STREAM connection of its own (RFC 0029): a quote first, which moves no money, then all of it on one
/// stream. Never more leaves than the quote says: what may have left although its answer was lost counts as sent.
/// </summary>
public sealed class OutgoingPayment : IAsyncDisposable
{
    // JavaScript receivers forget a connection after a minute of silence.
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(20);

    // Links answer by the time a packet expires; one that does not must not hold a payment for ever.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly StreamConnection _connection;
    private readonly PaymentAmount _amount;
    private readonly PaymentOptions _options;
    private MoneyStream? _stream;
    private int _begun;

    private OutgoingPayment(
        StreamConnection connection, PaymentAmount amount, PaymentQuote quote, PaymentOptions options)
    {
        _connection = connection;
        _amount = amount;
        _options = options;
        Quote = quote;
    }

    /// <summary>What it will come to.</summary>
    public PaymentQuote Quote { get; }

    /// <summary>How far it has come.</summary>
    public PaymentProgress Progress
    {
        get
        {
            lock (_connection.Gate)
                return _stream is null ? default : Count(_stream);
        }
    }

    /// <summary>
    /// Connects to a receiver and measures what arrives of what is sent, by packets that nobody can fulfil.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled. No money has moved.</exception>
    public static Task<QuoteResult> QuoteAsync(
        StreamClient client,
        StreamCredentials destination,
        PaymentAmount amount,
        PaymentOptions? options = null,
        CancellationToken cancellationToken = default) =>
        QuoteAsync(client, destination, _ => amount, options, cancellationToken);

    /// <summary>The same, for an amount that depends on what the receiver counts in.</summary>
    /// <param name="client">Who pays.</param>
    /// <param name="destination">Whom.</param>
    /// <param name="choose">
    /// Chooses the amount. It is told the receiver's asset, or null if the receiver does not say; it answers null to
    /// pay nothing, and the result is then a failure with <see cref="StreamFailureReason.Closed"/>.
    /// </param>
    /// <param name="options">How to pay.</param>
    /// <param name="cancellationToken">Ends it with an exception.</param>
    /// <exception cref="OperationCanceledException">It was cancelled. No money has moved.</exception>
    public static async Task<QuoteResult> QuoteAsync(
        StreamClient client,
        StreamCredentials destination,
        Func<AssetDetails?, PaymentAmount?> choose,
        PaymentOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new PaymentOptions();
        var connection = client.Connect(destination, options.Connection);
        StreamFailure? failure;
        try
        {
            failure = await connection.OpenAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await connection.CloseAsync(cancellationToken: new CancellationToken(canceled: true));
            throw;
        }

        OutgoingPayment? payment = null;
        if (failure is null && connection.Rate is { } rate)
            (payment, failure) = Make(connection, choose(connection.PeerAsset), rate, options);
        if (payment is null)
            await CloseAsync(connection, options);
        return new QuoteResult(payment, failure);
    }

    /// <summary>
    /// Pays, once, and closes the connection. When cancelled it sends no more, and still waits until it is known of all
    /// that is on its way whether it has arrived, for as long as packets live at most.
    /// </summary>
    /// <param name="progress">Is told whenever something has moved.</param>
    /// <param name="cancellationToken">Ends the payment early, with an outcome like any other.</param>
    /// <exception cref="InvalidOperationException">It was made or disposed already.</exception>
    public async Task<PaymentOutcome> PayAsync(
        IProgress<PaymentProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0)
            throw new InvalidOperationException("The payment has been made already.");
        if (Begin() is not { } stream)
            return new PaymentOutcome(PaymentEnd.Failed, default, WhyClosed());
        PaymentEnd end;
        try
        {
            end = await WatchAsync(stream, progress, cancellationToken);
        }
        finally
        {
            await SettleAsync(stream);
        }

        // What was still on its way may have completed it.
        lock (_connection.Gate)
        {
            if (Reached(stream))
                end = PaymentEnd.Completed;
            return new PaymentOutcome(end, Count(stream), end == PaymentEnd.Failed ? WhyClosed() : null);
        }
    }

    /// <summary>Closes the connection of a payment that is not to be made.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0)
            await CloseAsync(_connection, _options);
    }

    private static QuoteResult Make(
        StreamConnection connection, PaymentAmount? amount, ExchangeRate rate, PaymentOptions options)
    {
        if (amount is not { } chosen)
            return new QuoteResult(null, new StreamFailure(StreamFailureReason.Closed, "No amount was chosen."));
        if (PaymentQuote.Make(chosen, rate, connection.Options) is not { } quote)
        {
            return new QuoteResult(null, new StreamFailure(
                StreamFailureReason.RateTooLow,
                $"At {rate} and with this slippage there is no limit to what it costs."));
        }

        quote = quote with { DestinationAsset = connection.PeerAsset };
        return new QuoteResult(new OutgoingPayment(connection, chosen, quote, options), null);
    }

    private MoneyStream? Begin()
    {
        lock (_connection.Gate)
        {
            if (_connection.Closure is not null)
                return null;
            (_connection.IsProtected, _connection.KeepAlive) = (true, KeepAliveInterval);
            _stream = _connection.OpenStream();
            _stream.DoubtCounts = true;
            if (_amount.IsDelivery)
                _stream.DeliveryLimit = _amount.Value;
            _stream.SetSendMax(Quote.MaxSourceAmount);
            return _stream;
        }
    }

    private async Task<PaymentEnd> WatchAsync(
        MoneyStream stream, IProgress<PaymentProgress>? progress, CancellationToken cancellationToken)
    {
        var before = default(PaymentProgress);
        var since = _connection.Time.GetTimestamp();
        while (true)
        {
            PaymentProgress now;
            PaymentEnd? end;
            Task change;
            lock (_connection.Gate)
            {
                now = Count(stream);
                end = FindEnd(stream);
                change = stream.Changed.Next();
            }

            if ((now.Sent, now.Delivered, now.InDoubt) != (before.Sent, before.Delivered, before.InDoubt))
            {
                (before, since) = (now, _connection.Time.GetTimestamp());
                progress?.Report(now);
            }

            if (end is not null)
                return end.Value;
            if (cancellationToken.IsCancellationRequested)
                return PaymentEnd.Cancelled;
            // What is on its way gets an answer, however long somebody holds it.
            var patience = now.InFlight == 0 || _options.Patience > LongestFlight ? _options.Patience : LongestFlight;
            var left = patience - _connection.Time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
                return PaymentEnd.Stalled;
            await WaitAsync(change, left, cancellationToken);
        }
    }

    private TimeSpan LongestFlight => _connection.Options.PacketLifetime + Grace;

    private async Task WaitAsync(Task change, TimeSpan atMost, CancellationToken cancellationToken)
    {
        try
        {
            await change.WaitAsync(atMost, _connection.Time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Whoever waits looks again.
        }
    }

    private PaymentEnd? FindEnd(MoneyStream stream)
    {
        if (Reached(stream))
            return PaymentEnd.Completed;
        if (stream.Closure is { } closure)
            return closure.ByPeer ? PaymentEnd.ClosedByReceiver : PaymentEnd.Failed;
        if (_connection.SendFailureUnderGate is not null)
            return PaymentEnd.Failed;
        if (stream.InFlight > 0 || stream.LeftToSend > 0)
            return null;
        return stream.InDoubtAmount > 0 ? PaymentEnd.Uncertain : PaymentEnd.LimitReached;
    }

    private bool Reached(MoneyStream stream) =>
        _amount.IsDelivery ? stream.DeliveredForSure >= _amount.Value : stream.Sent >= _amount.Value;

    private async Task SettleAsync(MoneyStream stream)
    {
        using var flight = new CancellationTokenSource(LongestFlight, _connection.Time);
        while (!flight.IsCancellationRequested)
        {
            Task change;
            lock (_connection.Gate)
            {
                if (stream.Closure is null)
                    stream.StopSending();
                if (stream.InFlight == 0)
                    break;
                change = stream.Changed.Next();
            }

            await WaitAsync(change, Timeout.InfiniteTimeSpan, flight.Token);
        }

        await CloseAsync(_connection, _options);
    }

    private static async Task CloseAsync(StreamConnection connection, PaymentOptions options)
    {
        using var patience = new CancellationTokenSource(options.CloseTimeout, connection.Time);
        await connection.CloseAsync(cancellationToken: patience.Token);
    }

    private StreamFailure WhyClosed() =>
        _connection.SendFailure
        ?? new StreamFailure(StreamFailureReason.Closed, _connection.Closure?.Message ?? "The connection has ended.");

    // What a link never answered stays in flight, and is counted there.
    private static PaymentProgress Count(MoneyStream stream) => new(
        stream.Sent, stream.DeliveredForSure, stream.InDoubtAmount, stream.InFlight, stream.Receipt);
}
