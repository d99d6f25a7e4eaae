using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Codius.Conformance;

/// <summary>Sends recorded requests to a host, byte for byte, and keeps what it answers.</summary>
public sealed class Replay(IPEndPoint host, IPayer? payer)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(70);

    /// <summary>How long the original's client listened to a stream that has no end.</summary>
    private static readonly TimeSpan CutAfter = TimeSpan.FromSeconds(3.3);

    /// <summary>
    /// The answers to the requests of a recording; without a payer only those before money is asked for.
    /// </summary>
    public async Task<ReplayedRecording> RunAsync(Recording recording)
    {
        var first = recording.Exchanges[0];
        var answers = new List<RecordedMessage> { await ExchangeAsync(first, recording.IsCut) };
        if (recording.Exchanges.Count == 1 || payer is null || answers[0].Header("Pay") is not { } pay)
            return new ReplayedRecording(recording, answers, Paid: null);

        using var deadline = new CancellationTokenSource(Patience);
        await using var payment = await payer.BeginAsync(pay, deadline.Token);
        answers.Add(await ExchangeAsync(recording.Exchanges[1], isCut: false));
        return new ReplayedRecording(recording, answers, await payment.SettleAsync());
    }

    private async Task<RecordedMessage> ExchangeAsync(RecordedExchange exchange, bool isCut)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(exchange.Request.Head + exchange.Request.Body));
        using var deadline = new CancellationTokenSource(isCut ? CutAfter : Patience);
        var enough = exchange.Answer.Status == 101 ? exchange.Answer.Body.TrimEnd('\n') : null;
        return RecordedMessage.Parse(await ReadAsync(stream, enough, deadline.Token));
    }

    /// <summary>All until the answer is whole, the host closes, or the time is up.</summary>
    private static async Task<string> ReadAsync(
        NetworkStream stream, string? enough, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new byte[16384];
        try
        {
            while (!IsWhole(text.ToString(), enough))
            {
                var count = await stream.ReadAsync(buffer, cancellationToken);
                if (count == 0)
                    break;
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // What came so far is the answer.
        }

        return text.ToString();
    }

    private static bool IsWhole(string text, string? enough)
    {
        if (!text.Contains("\r\n\r\n", StringComparison.Ordinal))
            return false;
        var message = RecordedMessage.Parse(text);
        return message.Header("Content-Length") == message.Body.Length.ToString(CultureInfo.InvariantCulture)
            || (enough is not null && text.Contains(enough, StringComparison.Ordinal));
    }
}

/// <summary>A recording and what the host answered to its requests; fewer than recorded if nobody paid.</summary>
public sealed record ReplayedRecording(Recording Recording, IReadOnlyList<RecordedMessage> Answers, ulong? Paid)
{
    public IEnumerable<Difference> Differences =>
        Recording.Exchanges.Zip(Answers).SelectMany(pair => AnswerComparison.Compare(pair.First.Answer, pair.Second));
}
