using System.Text.Json.Nodes;
using Interledger.Cli.Output;
using Interledger.Stream;

namespace Interledger.Cli.Commands;

/// <summary>What comes in: a line for each payment, and their total.</summary>
internal sealed class Income(Reporter reporter, AssetDetails asset, ulong? limit)
{
    // Payers close their connection when they are done. One who does not is not waited for.
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<StreamConnection> _connections = [];
    private readonly List<Task> _payments = [];
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _totalOfEnded;

    /// <summary>Takes all that a new connection brings.</summary>
    public void Add(StreamConnection connection)
    {
        connection.OnStream(stream =>
        {
            stream.SetReceiveMax(ulong.MaxValue);
            _ = WatchAsync(stream);
        });
        lock (_lock)
        {
            _connections.Add(connection);
            _payments.RemoveAll(static payment => payment.IsCompleted);
            _payments.Add(FinishAsync(connection));
        }
    }

    public void TellWhereToPay(StreamCredentials credentials, Uri? spsp)
    {
        var secret = Convert.ToBase64String(credentials.SharedSecret.Span);
        reporter.Print($"Address   {credentials.Address}");
        reporter.Print($"Secret    {secret}");
        if (spsp is not null)
            reporter.Print($"SPSP      {spsp}");
        var json = new JsonObject
        {
            ["event"] = "listening",
            ["address"] = credentials.Address.Value,
            ["secret"] = secret,
            ["assetCode"] = asset.Code,
            ["assetScale"] = (int)asset.Scale,
        };
        if (spsp is not null)
            json["spsp"] = spsp.AbsoluteUri;
        reporter.PrintJson(json);
        reporter.Say(limit is { } amount
            ? $"Waiting for {new AssetAmount(amount, asset)}; Ctrl-C ends it."
            : "Waiting for payments; Ctrl-C ends it.");
    }

    public void TellTotal()
    {
        var total = new AssetAmount(Total(), asset);
        reporter.Print($"Total     {total}");
        reporter.PrintJson(new JsonObject { ["event"] = "total", ["received"] = total.ToJson() });
    }

    /// <summary>Waits until enough has come, or for the token. False if it was the token.</summary>
    public async Task<bool> WaitAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_enough.Task, Task.Delay(Timeout.InfiniteTimeSpan, time, stopped.Token));
        await stopped.CancelAsync();
        Task[] payments;
        lock (_lock)
            payments = [.. _payments];
        if (_enough.Task.IsCompleted)
            await Task.WhenAny(Task.WhenAll(payments), Task.Delay(ClosingTime, time, cancellationToken));
        return _enough.Task.IsCompleted;
    }

    private async Task WatchAsync(MoneyStream stream)
    {
        var before = 0UL;
        while (await stream.WaitForReceivedAsync(before + 1))
        {
            before = stream.TotalReceived;
            if (limit is { } wanted && Total() >= wanted)
                _enough.TrySetResult();
            if (before == ulong.MaxValue)
                return;
        }
    }

    // A payer who only asks for a quote pays nothing.
    private async Task FinishAsync(StreamConnection connection)
    {
        await connection.Completion;
        var received = connection.TotalReceived;
        lock (_lock)
        {
            _connections.Remove(connection);
            _totalOfEnded = Add(_totalOfEnded, received);
        }

        if (received == 0)
            return;
        var amount = new AssetAmount(received, asset);
        var payer = connection.PeerAddress.IsEmpty ? "somebody" : connection.PeerAddress.Value;
        reporter.Print($"Received  {amount} from {payer}");
        reporter.PrintJson(new JsonObject
        {
            ["event"] = "payment",
            ["received"] = amount.ToJson(),
            ["from"] = connection.PeerAddress.Value,
        });
    }

    private ulong Total()
    {
        lock (_lock)
            return _connections.Aggregate(_totalOfEnded, static (sum, each) => Add(sum, each.TotalReceived));
    }

    private static ulong Add(ulong sum, ulong amount) => amount > ulong.MaxValue - sum ? ulong.MaxValue : sum + amount;
}
