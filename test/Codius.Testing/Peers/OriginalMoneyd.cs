using System.Net.Sockets;
using Codius.Testing.Processes;

namespace Codius.Testing.Peers;

/// <summary>
/// moneyd's own program, unmodified, on the port that it insists on. One at a time on a machine: a second start waits
/// until the first is disposed of, also when another test process has it.
/// </summary>
public sealed class OriginalMoneyd : IAsyncDisposable
{
    public const int Port = 7768;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly FileStream _turn;

    private OriginalMoneyd(RunningProgram program, FileStream turn) => (Program, _turn) = (program, turn);

    /// <summary>Without a secret: for peers that make their own.</summary>
    public static string Url => $"btp+ws://127.0.0.1:{Port}";

    public RunningProgram Program { get; }

    /// <summary>
    /// The URL of one account. Each client needs its own secret: two with the same one share an address.
    /// </summary>
    public static string UrlWith(string secret) => $"btp+ws://:{secret}@127.0.0.1:{Port}";

    public static async Task<OriginalMoneyd> StartAsync()
    {
        await NodePeers.EnsureInstalledAsync();
        var turn = await TakeTurnAsync();
        // The flag: a client that vanishes with a packet in flight would end moneyd 30 s later on a modern Node.
        var program = RunningProgram.Start(new ProgramStart(NodePeers.Node,
            "--unhandled-rejections=warn",
            "--require", Path.Combine(NodePeers.Directory, "loopback.js"),
            Path.Combine(NodePeers.Directory, "node_modules", "moneyd", "bin", "moneyd.js"),
            "local"));
        var moneyd = new OriginalMoneyd(program, turn);
        try
        {
            await program.WaitForLineAsync(line => line.Contains("connector ready", StringComparison.Ordinal));
            await Deadline.UntilAsync(AcceptsAsync, $"moneyd accepts connections on {Port}");
            return moneyd;
        }
        catch
        {
            await moneyd.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        await _turn.DisposeAsync();
    }

    // FileShare.None is a lock that the kernel drops with the process.
    private static async Task<FileStream> TakeTurnAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), "codius-test-moneyd.lock");
        FileStream? turn = null;
        await Deadline.UntilAsync(
            () => Task.FromResult((turn = TryOpen(path)) is not null), "port 7768 is free", Patience);
        return turn!;
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<bool> AcceptsAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
