using System.Net;
using System.Net.Sockets;
using System.Text;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;

namespace Codius.Hostile.Machines;

/// <summary>
/// A program of a hostile pod that runs whatever it is sent, so that a pod need not be started for every attack.
/// </summary>
internal sealed class RemoteShell(IPAddress address)
{
    private const int Port = 7000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    public static IReadOnlyList<string> Command { get; } =
        ShellProgram.Script($"exec nc -ll -p {Port} -e sh -c 'eval \"$(cat)\" < /dev/null 2>&1'");

    /// <summary>All that a script prints until it ends.</summary>
    public async Task<string> RunAsync(string script)
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var client = await ConnectAsync();
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(script), deadline.Token);
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(deadline.Token);
    }

    /// <summary>The program may not listen yet.</summary>
    private async Task<TcpClient> ConnectAsync()
    {
        TcpClient? connected = null;
        await Deadline.UntilAsync(
            async () => (connected = await TryConnectAsync()) is not null, $"a shell at {address}");
        return connected!;
    }

    private async Task<TcpClient?> TryConnectAsync()
    {
        var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address, Port);
            return client;
        }
        catch (SocketException)
        {
            client.Dispose();
            return null;
        }
    }
}
