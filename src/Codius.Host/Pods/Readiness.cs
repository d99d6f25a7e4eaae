using System.Net;
using System.Net.Sockets;
using Codius.Core;
using Codius.Core.Pods;

namespace Codius.Host.Pods;

/// <summary>
/// Waits until a started pod is ready: its port accepts connections, or, if it has none, all its containers have run
/// for a moment. A container that ends before that is the pod's failure, told with its last words.
/// </summary>
public sealed class Readiness(IPodRuntime runtime, TimeProvider time)
{
    private const int LastWords = 5;

    // A payer waits: a pod is seen to be ready at most a sixteenth of its time too late.
    private const int PartOfTime = 16;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StatusInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SteadyTime = TimeSpan.FromMilliseconds(400);

    public Task<Outcome<PodStatus>> WaitAsync(PodStatus pod, int? port, CancellationToken cancellationToken) =>
        port is { } number && pod.Address is { } address
            ? WaitForPortAsync(pod, new IPEndPoint(address, number), cancellationToken)
            : WaitUntilSteadyAsync(pod, cancellationToken);

    private async Task<Outcome<PodStatus>> WaitForPortAsync(
        PodStatus pod, IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var lastStatus = started;
        while (true)
        {
            if (await AcceptsAsync(endpoint, cancellationToken))
                return pod;
            if (time.GetElapsedTime(lastStatus) > StatusInterval)
            {
                if (await FindEndAsync(pod.Id, cancellationToken) is { } failure)
                    return failure;
                lastStatus = time.GetTimestamp();
            }

            var pause = time.GetElapsedTime(started) / PartOfTime;
            await Task.Delay(Clamp(pause), time, cancellationToken);
        }
    }

    private static TimeSpan Clamp(TimeSpan pause) =>
        pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause;

    private async Task<Outcome<PodStatus>> WaitUntilSteadyAsync(PodStatus pod, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            if (await FindEndAsync(pod.Id, cancellationToken) is { } failure)
                return failure;
            if (time.GetElapsedTime(started) >= SteadyTime)
                return pod;
            await Task.Delay(SteadyTime / 4, time, cancellationToken);
        }
    }

    private static async Task<bool> AcceptsAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        attempt.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            await socket.ConnectAsync(endpoint, attempt.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<Failure?> FindEndAsync(PodId id, CancellationToken cancellationToken)
    {
        var status = await runtime.GetStatusAsync(id, cancellationToken);
        if (status is null || !status.SandboxReady)
            return Failure.PodFailed("the pod ended before it was ready");
        if (status.FirstExited is not { } ended)
            return null;
        var words = await LastWordsAsync(id, ended.Name, cancellationToken);
        var reason = ended.Reason is null or "Error" or "Completed" ? "" : $" ({ended.Reason})";
        return Failure.PodFailed(
            $"container {ended.Name} ended with exit code {ended.ExitCode}{reason} before the pod was ready{words}");
    }

    private async Task<string> LastWordsAsync(PodId id, string container, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        await foreach (var line in runtime.ReadLogsAsync(id, new LogQuery(Tail: LastWords), cancellationToken))
        {
            if (line.Container == container)
                lines.Add(line.Text.Length > 200 ? line.Text[..200] : line.Text);
        }

        return lines.Count == 0 ? "" : ". Its last output: " + string.Join(" | ", lines);
    }
}
