using System.Collections.Concurrent;
using System.Diagnostics;

namespace Codius.Testing.Processes;

/// <summary>
/// Starts every program so that it is killed when the test process ends, however that ends. The kernel ties this to the
/// thread that started the program, not to the process, so all are started by one thread that lives as long as the
/// process.
/// </summary>
internal static class ProgramStarter
{
    private static readonly BlockingCollection<(Process Process, TaskCompletionSource Started)> Requests = Begin();

    public static void Start(Process process)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Add((process, started));
        started.Task.GetAwaiter().GetResult();
    }

    public static ProcessStartInfo Describe(ProgramStart start)
    {
        string[] arguments = ["--pdeathsig", "KILL", "--", start.File, .. start.Arguments];
        var info = new ProcessStartInfo("setpriv", arguments)
        {
            WorkingDirectory = start.WorkingDirectory ?? "",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in start.Environment) info.Environment[name] = value;
        return info;
    }

    private static BlockingCollection<(Process Process, TaskCompletionSource Started)> Begin()
    {
        var requests = new BlockingCollection<(Process Process, TaskCompletionSource Started)>();
        new Thread(() =>
        {
            foreach (var (process, started) in requests.GetConsumingEnumerable()) StartOne(process, started);
        })
        { IsBackground = true, Name = "program starter" }.Start();
        return requests;
    }

    private static void StartOne(Process process, TaskCompletionSource started)
    {
        try
        {
            process.Start();
            started.SetResult();
        }
        catch (Exception e)
        {
            started.SetException(e);
        }
    }
}
