using Codius.Testing.Processes;

namespace Codius.Testing.Peers;

/// <summary>The distribution's Redis, in memory only.</summary>
public sealed class Redis : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly RunningProgram _program;

    private Redis(TemporaryDirectory directory, RunningProgram program, int port) =>
        (_directory, _program, Port) = (directory, program, port);

    public int Port { get; }

    public static async Task<Redis> StartAsync()
    {
        var directory = new TemporaryDirectory();
        var port = FreePort.Next();
        var program = RunningProgram.Start(new ProgramStart(
            "redis-server",
            "--bind", "127.0.0.1", "--port", $"{port}", "--save", "", "--appendonly", "no", "--dir", directory.Path));
        try
        {
            await program.WaitForLineAsync(
                static line => line.Contains("Ready to accept connections", StringComparison.Ordinal));
            return new Redis(directory, program, port);
        }
        catch
        {
            await program.DisposeAsync();
            directory.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _directory.Dispose();
    }
}
