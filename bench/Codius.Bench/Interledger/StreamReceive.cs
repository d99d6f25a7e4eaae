using Codius.Testing.Peers;

namespace Codius.Bench.Interledger;

/// <summary>
/// STREAM packets with money received a second: parsed, decrypted, counted, fulfilled and answered. Beside
/// @interledger/stream-receiver, which a process has one thread for, and beside the cryptography alone.
/// </summary>
public static class StreamReceive
{
    public static async IAsyncEnumerable<Measure> MeasureAsync()
    {
        var receivers = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Receiver()).ToList();
        var limits = receivers.ConvertAll(receiver => new CryptoLimit(receiver.DataLength, receiver.AnswerLength));
        await using var peer = await JavaScriptMeter.StartAsync(
            NodePeers.Node, "bench-receive.js",
            "--connections", $"{Receiver.Connections}", "--packets", $"{Receiver.Packets}");
        Task<double> Receive() => Task.FromResult(Rate.OfAll([.. receivers.Select(each => (Func<int>)each.Run)]));
        Task<double> EncryptOnly() => Task.FromResult(Rate.OfAll([.. limits.Select(each => (Func<int>)each.Run)]));
        yield return await Rounds.CompareAsync("stream-receive", Receive, peer.RunAsync);
        yield return await Rounds.CompareAsync("stream-receive-limit", Receive, EncryptOnly);
    }
}
