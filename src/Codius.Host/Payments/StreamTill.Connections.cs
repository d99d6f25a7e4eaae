using System.Globalization;
using Interledger.Stream;

namespace Codius.Host.Payments;

internal sealed partial class StreamTill
{
    // The published client opens stream 1, and waits for one byte on it before it repeats its request.
    private const ulong PayStream = 1;
    private static readonly byte[] Greeting = [0xff];

    // The request that money comes before is a moment behind it, so few wait at once. Strangers must not be able to
    // keep any amount under way at the connector.
    private const int MostEarly = 100;
    private static readonly TimeSpan LongestWaitForPrice = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(20);

    private void OnConnection(StreamConnection connection)
    {
        // Packets are numbered for each connection anew, and a connection may be forgotten and come again. Names in the
        // order of time stand together in the store; such at random would have a sale write more of its pages.
        var name = Guid.CreateVersion7().ToString("N");
        connection.OnMoney((money, lost) => OnMoneyAsync(connection, name, money, lost));
        connection.OnStream(stream => OnStream(connection, stream));
        connection.OnFirstMoney((stream, lost) => WaitForPriceAsync(connection, stream, lost));
        lock (_lock)
        {
            if (!_connections.TryGetValue(connection.Tag, out var connections))
                _connections.Add(connection.Tag, connections = []);
            connections.Add(connection);
        }

        SetProtection(connection, _protected.ContainsKey(connection.Tag));
        _ = ForgetWhenClosedAsync(connection);
    }

    private void OnStream(StreamConnection connection, MoneyStream stream)
    {
        // Who pays at once needs to be told nothing.
        if (stream.Id != PayStream || connection.BeginsWithMoney)
            return;
        if (_asking.TryGetValue(connection.Tag, out var escrow))
            AskOn(connection, escrow);
        _ = GreetAsync(stream);
    }

    private async Task GreetAsync(MoneyStream stream)
    {
        try
        {
            await stream.WriteAsync(Greeting, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            LogNotGreeted(log, stream.Connection.Tag, e.Message);
        }
    }

    // The money that comes first and the request that it is for are sent at the same moment. Where a pod takes longer
    // to prepare, the money is better sent again than left to expire meanwhile.
    private async ValueTask<ulong> WaitForPriceAsync(
        StreamConnection connection, MoneyStream stream, CancellationToken lost)
    {
        if (stream.Id != PayStream)
            return 0;
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_asking.TryGetValue(connection.Tag, out var escrow))
                return (ulong)escrow.Due;
            if (_early.Count < MostEarly)
                _early.Add(connection, asked);
            else
                asked.SetResult();
        }

        Task wait = asked.Task.WaitAsync(LongestWaitForPrice, time, lost);
        await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            _early.Remove(connection);
            if (_asking.TryGetValue(connection.Tag, out var escrow))
                return (ulong)escrow.Due;
        }

        // From here on he is a payer like others, who wait for that.
        _ = GreetAsync(stream);
        return 0;
    }

    private bool TryEndWait(StreamConnection connection)
    {
        lock (_lock)
            return _early.TryGetValue(connection, out var asked) && asked.TrySetResult();
    }

    private static void AskOn(StreamConnection connection, Escrow escrow)
    {
        if (connection.FindStream(PayStream) is not { } stream)
            return;
        // An earlier attempt may have asked for more; what is too much is refused or credited then.
        var wanted = stream.TotalReceived + (ulong)escrow.Due;
        if (wanted > stream.ReceiveMax)
            stream.SetReceiveMax(wanted);
    }

    private static void SetProtection(StreamConnection connection, bool isProtected)
    {
        connection.IsProtected = isProtected;
        connection.KeepAlive = isProtected ? KeepAliveInterval : null;
    }

    private async ValueTask<MoneyDecision> OnMoneyAsync(
        StreamConnection connection, string name, IncomingMoney money, CancellationToken lost)
    {
        if (!_asking.TryGetValue(connection.Tag, out var escrow) || money.PacketAmount > long.MaxValue)
            return Refusal("nothing is being bought with this money");
        var packetKey = string.Create(CultureInfo.InvariantCulture, $"{name}/{money.Sequence}");
        var packet = new IncomingPacket(packetKey, (long)money.PacketAmount, money.ExpiresAt);
        try
        {
            return await escrow.OfferAsync(packet, lost) switch
            {
                PacketAnswer.Fulfil => Take(packetKey),
                PacketAnswer.Refuse refuse => Refusal(refuse.Reason),
                _ => MoneyDecision.RejectTemporary,
            };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The store did not take it, so the money is not taken either.
            LogMoneyNotTaken(log, connection.Tag, e);
            return MoneyDecision.RejectTemporary;
        }
    }

    private async Task ForgetWhenClosedAsync(StreamConnection connection)
    {
        await connection.Completion;
        lock (_lock)
        {
            if (_connections.TryGetValue(connection.Tag, out var connections) && connections.Remove(connection)
                && connections.Count == 0)
                _connections.Remove(connection.Tag);
        }
    }

    private static MoneyDecision Take(string packetKey)
    {
        WitnessedLink.Took(packetKey);
        return MoneyDecision.Accept;
    }

    private static MoneyDecision Refusal(string reason) =>
        MoneyDecision.RejectAndClose(StreamErrorCode.ApplicationError, reason);

    [LoggerMessage(LogLevel.Debug, "The payer of {Tag} could not be greeted: {Reason}")]
    private static partial void LogNotGreeted(ILogger log, string tag, string reason);

    [LoggerMessage(LogLevel.Error, "Money for {Tag} was not taken: it could not be written down")]
    private static partial void LogMoneyNotTaken(ILogger log, string tag, Exception error);
}
