using System.Security.Cryptography;
using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Packets;

namespace Codius.Bench.Interledger;

/// <summary>
/// Packets a second that a connector in a process of its own passes on and brings the answers of, from one account to
/// another, both connected by BTP, with 32 under way. Beside ilp-connector 23; both are loaded by this program.
/// </summary>
public static class ConnectorForward
{
    private const int InFlight = 32;
    private const int PacketsOfEach = 50;
    private const string Secret = "secret";

    private static readonly IlpAddress Destination = IlpAddress.Parse("test.connector.bob.Xq3VbKTnfZ0pQcU7aWmB8dLs");

    public static async Task<Measure> MeasureAsync()
    {
        await NodePeers.EnsureInstalledAsync();
        using var files = new TemporaryDirectory();
        var port = FreePort.Next();
        await using var ours = await StartAsync(
            BenchProcess.Of("connector", $"{port}", Secret, files.Path), alicePort: port, bobPort: port);
        var (alicePort, bobPort) = (FreePort.Next(), FreePort.Next());
        await using var peer = await StartAsync(
            NodePeers.Describe(NodePeers.Node, "bench-connector.js",
                "--alice", $"{alicePort}", "--bob", $"{bobPort}", "--secret", Secret),
            alicePort,
            bobPort);
        return await Rounds.CompareAsync("connector-forward", ours.MeasureAsync, peer.MeasureAsync);
    }

    private static async Task<Load> StartAsync(ProgramStart start, int alicePort, int bobPort)
    {
        var program = new JsonProgram(start);
        try
        {
            await program.NextAsync("ready");
            return new Load(program, await ConnectAsync("alice", alicePort), await ConnectAsync("bob", bobPort));
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    private static async Task<BtpClient> ConnectAsync(string account, int port)
    {
        if (!BtpUrl.TryParse($"btp+ws://{account}:{Secret}@127.0.0.1:{port}", out var url, out var problem))
            throw new InvalidOperationException(problem);
        var client = new BtpClient(url);
        await client.WaitUntilConnectedAsync(CancellationToken.None);
        return client;
    }

    /// <summary>A connector, and what loads it.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly JsonProgram _connector;
        private readonly BtpClient _alice;
        private readonly BtpClient _bob;

        public Load(JsonProgram connector, BtpClient alice, BtpClient bob)
        {
            (_connector, _alice, _bob) = (connector, alice, bob);
            bob.OnPrepare(static (prepare, _) => ValueTask.FromResult(
                IlpReply.Fulfill(prepare.Data.Span[..SHA256.HashSizeInBytes])));
        }

        public Task<double> MeasureAsync() => Rate.OfAsync(async () =>
            (await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(SendAllAsync)))).Sum());

        public async ValueTask DisposeAsync()
        {
            await _alice.DisposeAsync();
            await _bob.DisposeAsync();
            await _connector.DisposeAsync();
        }

        private async Task<int> SendAllAsync()
        {
            for (var i = 0; i < PacketsOfEach; i++)
            {
                var reply = await _alice.SendAsync(Build(), CancellationToken.None);
                if (!reply.IsFulfill)
                    throw new InvalidOperationException($"{reply.Code} {reply.Message}");
            }

            return PacketsOfEach;
        }

        // No two are the same, so that none is taken for a repetition.
        private static IlpPrepare Build()
        {
            Span<byte> data = stackalloc byte[150];
            Span<byte> condition = stackalloc byte[SHA256.HashSizeInBytes];
            RandomNumberGenerator.Fill(data);
            SHA256.HashData(data[..SHA256.HashSizeInBytes], condition);
            var expiresAt = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(30);
            return IlpPrepare.Create(1, expiresAt, condition, Destination, data);
        }
    }
}
