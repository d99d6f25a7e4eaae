using System.Diagnostics;
using Codius.Runtime.Containerd.Processes;

namespace Codius.Runtime.Containerd.Pods;

/// <summary>
/// A program in a gVisor sandbox that waits for the sandbox's name (Images/Pause/hostname.c). To start it takes a good
/// part of what a container takes, and whoever pays does not wait for it: it is there before. If it is told nothing,
/// because the host has ended or the sandbox is not used, it ends by itself.
/// </summary>
internal sealed class NamingProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    private bool _disposed;

    private NamingProgram(Process process) => _process = process;

    /// <summary>Whether it waits no more.</summary>
    public bool HasEnded => _disposed || _process.HasExited;

    /// <summary>Starts it and waits until it is there.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static async Task<NamingProgram> StartAsync(string program, IEnumerable<string> arguments)
    {
        var naming = new NamingProgram(HostCommand.Start(program, arguments));
        try
        {
            await naming.WithPatienceAsync(naming.UntilReadyAsync);
            return naming;
        }
        catch
        {
            naming.Dispose();
            throw;
        }
    }

    /// <summary>Tells it the name, which it gives, and ends.</summary>
    /// <exception cref="IOException">The sandbox has not been named.</exception>
    public Task NameAsync(string name) => WithPatienceAsync(async cancellationToken =>
    {
        await _process.StandardInput.WriteAsync(name.AsMemory(), cancellationToken);
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellationToken);
        if (_process.ExitCode != 0)
            throw await FailureAsync(cancellationToken);
    });

    /// <summary>Ends what is still waiting.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        // One that has ended is not killed.
        _process.Kill();
        // A process does not close what was read from or written to.
        _process.StandardInput.BaseStream.Dispose();
        _process.StandardOutput.Dispose();
        _process.StandardError.Dispose();
        _process.Dispose();
    }

    private async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        if (await _process.StandardOutput.ReadAsync(new char[1], cancellationToken) == 0)
            throw await FailureAsync(cancellationToken);
    }

    private async Task<IOException> FailureAsync(CancellationToken cancellationToken) =>
        new((await _process.StandardError.ReadToEndAsync(cancellationToken)).Trim() is { Length: > 0 } said
            ? said
            : "The program in it that gives names has ended.");

    private async Task WithPatienceAsync(Func<CancellationToken, Task> actAsync)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await actAsync(patience.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new IOException("The program in it that gives names does not answer.", late);
        }
    }
}
