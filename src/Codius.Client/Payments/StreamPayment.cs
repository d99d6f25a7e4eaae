using Codius.Client.Hosts;
using Codius.Core;
using Codius.Core.Ledger;
using Interledger.Stream;

namespace Codius.Client.Payments;

/// <summary>
/// One STREAM connection for one purchase: stream 1 carries the money, and a byte by which the host says that it is
/// there.
/// </summary>
internal sealed class StreamPayment(StreamConnection connection, TimeProvider time) : OpenPayment
{
    private const int MaxMessageLength = 300;

    // Hosts of the original say so; the protocol lets them do without.
    private static readonly TimeSpan LongestGreeting = TimeSpan.FromSeconds(3);

    // Shorter than a minute of silence, after which JavaScript hosts give up; a pod's image may take a while.
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(20);

    private MoneyStream? _stream;
    private ulong _maximum;
    private Task<string>? _broken;

    public override PaymentReport Report => new(
        _stream?.TotalSent ?? 0,
        _stream?.TotalDelivered ?? 0,
        _stream?.TotalReceived ?? 0,
        InDoubt,
        connection.PeerAsset is { } asset ? new Asset(SafeText.Clean(asset.Code, 20), asset.Scale) : null);

    private ulong InDoubt => _stream is { } stream
        ? Math.Min(stream.Unanswered + stream.InDoubt, _maximum - stream.TotalSent)
        : 0;

    // In this order: what is answered in between is seen by one of them.
    private bool MayHaveMoved => InDoubt > 0 || _stream?.TotalSent > 0;

    public override Task<string> Broken => _broken ?? throw new InvalidOperationException("The payment is not open.");

    /// <summary>
    /// Connects, and waits until the host knows of it; or until it has taken or refused what comes
    /// <paramref name="first"/>, if that is not nothing. The failure if it cannot be.
    /// </summary>
    public async Task<Failure?> BeginAsync(ulong maximum, ulong first, CancellationToken cancellationToken)
    {
        connection.KeepAlive = KeepAliveInterval;
        connection.IsProtected = true;
        try
        {
            _maximum = maximum;
            // The host is told of the stream while the exchange rate is found out, or at once with what comes first.
            // What the host does not earn may come back the same way, and so may what it did not earn before.
            _stream = first > 0
                ? connection.OpenStream(sendMax: maximum, receiveMax: long.MaxValue, first)
                : connection.OpenStream(sendMax: maximum, receiveMax: long.MaxValue);
            if (await connection.OpenAsync(cancellationToken) is { } failure && !MayHaveMoved && !IsRefusal(failure))
            {
                await connection.CloseAsync(cancellationToken: cancellationToken);
                return new Failure(
                    FailureKind.UplinkUnavailable, Describe(failure), Blame.Upstream, failure.IsTemporary);
            }

            _broken = WaitUntilBrokenAsync(_stream);
            if (first == 0)
                await WaitForGreetingAsync(_stream, cancellationToken);
            return null;
        }
        catch (OperationCanceledException)
        {
            if (!MayHaveMoved)
                await CloseAsync(new CancellationToken(canceled: true));
            if (!MayHaveMoved)
                throw;
            // Whoever closes the payment learns what became of it.
            _broken = WaitUntilBrokenAsync(_stream!);
            return null;
        }

        // A host that closes when it has held what came first gives its reason to the request.
        bool IsRefusal(StreamFailure failure) => first > 0 && failure.Reason == StreamFailureReason.Closed;
    }

    // The host's farewell brings nothing new once all that was sent is answered, so nobody waits for that.
    public override async Task<PaymentReport> CloseAsync(CancellationToken cancellationToken)
    {
        var farewell = connection.CloseAsync(cancellationToken: cancellationToken);
        await Task.WhenAny(farewell, _stream?.WaitForAnswersAsync(CancellationToken.None) ?? farewell);
        return Report;
    }

    private async Task WaitForGreetingAsync(MoneyStream stream, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(LongestGreeting, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await stream.ReadAsync(new byte[1], stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The repeated request finds out whether the host can be paid.
        }
    }

    private async Task<string> WaitUntilBrokenAsync(MoneyStream stream)
    {
        await stream.WaitForSentAsync(ulong.MaxValue, CancellationToken.None);
        if (connection.SendFailure is { } failure)
            return Describe(failure);
        var closure = await stream.Completion;
        return closure.Message.Length > 0
            ? SafeText.Clean(closure.Message, MaxMessageLength)
            : $"it was closed ({closure.Code})";
    }

    private static string Describe(StreamFailure failure) => SafeText.Clean(failure.Message, MaxMessageLength);
}
