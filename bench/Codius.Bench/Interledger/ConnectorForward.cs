using System.Security.Cryptography;
using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Packets;

namespace Codius.Bench.Interledger;

/// <summary>
/// Packets a second that a connector in a process of its own passes on and brings the answers of, from one account to
/// another, both connected by BTP, with 32 under way. Beside ilp-connector 23; both are loaded by this program. In the
/// end ours is killed, and must know all that it has passed on.
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
        var program = BenchProcess.Of("connector", $"{port}", Secret, files.Path);
        await using var ours = await StartAsync(program, alicePort: port, bobPort: port);
        var (alicePort, bobPort) = (FreePort.Next(), FreePort.Next());
        await using var peer = await StartAsync(
            NodePeers.Describe(NodePeers.Node, "bench-connector.js",
                "--alice", $"{alicePort}", "--bob", $"{bobPort}", "--secret", Secret),
            alicePort,
            bobPort);
        var measure = await Rounds.CompareAsync("connector-forward", ours.MeasureAsync, peer.MeasureAsync);
        await ours.KillAsync();
        await ExpectBalancesAsync(program, ours.Fulfilled);
        return measure;
    }

    private static async Task ExpectBalancesAsync(ProgramStart start, long fulfilled)
    {
        await using var program = new JsonProgram(start);
        var ready = await program.NextAsync("ready");
        var (paid, received) = (ready.GetProperty("paid").GetString(), ready.GetProperty("received").GetString());
        if (paid != $"{fulfilled}" || received != $"{fulfilled}")
            throw new InvalidOperationException($"{fulfilled} were fulfilled; after kill -9: {paid}, {received}");
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

        public long Fulfilled { get; private set; }

        public Task KillAsync() => _connector.Program.KillAsync();

        public Task<double> MeasureAsync() => Rate.OfAsync(async () =>
        {
            var sent = (await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(SendAllAsync)))).Sum();
            Fulfilled += sent;
            return sent;
        });

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
