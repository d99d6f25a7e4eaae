using System.Globalization;
using System.Runtime.InteropServices;
using Codius.Core;
using Codius.Runtime.Containerd.Cri;
using Codius.Runtime.Containerd.Gvisor;
using Codius.Runtime.Containerd.Images;
using Codius.Runtime.Containerd.Network;
using Codius.Runtime.Containerd.Processes;
using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd.Daemon;

/// <summary>
/// A containerd with directories, socket and network of its own. It is a session of its own and no child of this
/// process, so that it and the pods go on when the host stops, crashes or is replaced; the next host finds it by its
/// process id. While the host runs, a containerd that died or hangs is started again, which pods do not notice.
/// </summary>
internal sealed partial class PrivateContainerd(
    ContainerdOptions options, PodNetwork network, CriClient cri, TimeProvider time, ILogger<PrivateContainerd> logger)
{
    private const int LinesOfLogInFailure = 3;
    private const long MaxLogBytes = 16 * 1024 * 1024;
    private const int ChecksBetweenQuestions = 20;
    private const int QuestionsUntilHung = 3;
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ReadyCheck = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AliveCheck = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(10);

    private readonly string _pidFile = Path.Combine(options.StateDirectory, "containerd.pid");
    private readonly string _logFile = Path.Combine(options.RootDirectory, "containerd.log");
    private readonly string _configFile = Path.Combine(options.RootDirectory, "containerd.toml");
    private string _shimDirectories = "";

    /// <summary>
    /// Finds a living containerd of an earlier life of the host, or starts one, and waits until it is ready.
    /// </summary>
    public async Task<Outcome<Done>> OpenAsync(
        IReadOnlyList<RuntimeHandler> handlers, CancellationToken cancellationToken)
    {
        if (options.CniPluginDirectories.FirstOrDefault(d => File.Exists(Path.Combine(d, "ptp"))) is not { } plugins)
            return Unavailable("The CNI plugins (containernetworking-plugins) are not installed.");
        _shimDirectories = string.Join(':', handlers.Select(h => h.ShimDirectory).OfType<string>().Distinct());
        var changed = await ConfigureAsync(handlers, plugins, cancellationToken);
        if (changed)
            await StopAsync(cancellationToken);
        if (LivingProcess() is { } process)
            LogFound(process);
        else if (await StartAsync(cancellationToken) is { } failure)
            return failure;
        if (await WaitUntilReadyAsync(cancellationToken) is { } notReady)
            return notReady;
        EndStrayShims();
        return await ImportPauseImageAsync(cancellationToken);
    }

    /// <summary>Starts containerd again whenever it has died or answers no more, until cancelled.</summary>
    public async Task SuperviseAsync(CancellationToken cancellationToken)
    {
        var unanswered = 0;
        for (var check = 1; ; check++)
        {
            await Task.Delay(AliveCheck, time, cancellationToken);
            TruncateLog();
            if (LivingProcess() is { } process)
            {
                if (check % ChecksBetweenQuestions != 0)
                    continue;
                var version = await cri.VersionAsync(AnswerWithin, cancellationToken);
                unanswered = version.Status.IsOk ? 0 : unanswered + 1;
                if (unanswered < QuestionsUntilHung)
                    continue;
                HostProcess.Kill(process);
            }

            LogDied();
            unanswered = 0;
            if ((await StartAsync(cancellationToken) ?? await WaitUntilReadyAsync(cancellationToken)) is { } failure)
                LogNotRestarted(failure.Message);
            else
                EndStrayShims();
        }
    }

    /// <summary>Ends containerd; pods go on until they are removed or the machine stops.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (LivingProcess() is not { } process)
            return;
        await HostCommand.RunAsync("/bin/sh", ["-c", $"kill -TERM {process}"], input: null, cancellationToken);
        var since = time.GetTimestamp();
        while (LivingProcess() is not null)
        {
            if (time.GetElapsedTime(since) > StopWithin)
                HostProcess.Kill(process);
            await Task.Delay(ReadyCheck, time, cancellationToken);
        }
    }

    /// <summary>
    /// The id of our containerd's process if it lives. Its command line tells it from a later process of that id.
    /// </summary>
    public int? LivingProcess()
    {
        try
        {
            var process = int.Parse(File.ReadAllText(_pidFile), CultureInfo.InvariantCulture);
            return File.ReadAllText($"/proc/{process}/cmdline").Contains(_configFile) ? process : null;
        }
        catch (Exception none) when (none is IOException or FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Writes the configuration; true if it is another one than before.</summary>
    private async Task<bool> ConfigureAsync(
        IReadOnlyList<RuntimeHandler> handlers, string plugins, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(ContainerdConfig.CniDirectory(options));
        // containerd reads this file whenever it changes: it must never be seen half-written.
        var cniFile = Path.Combine(ContainerdConfig.CniDirectory(options), "10-codius.conflist");
        await ReplaceAsync(cniFile, network.CniConfiguration(), cancellationToken);
        foreach (var handler in handlers)
        {
            if (handler.NeedsStandIn)
                await RunscStandIn.WriteAsync(handler, options, cancellationToken);
            if (handler.ConfigPath is { } path)
                await File.WriteAllTextAsync(path, ContainerdConfig.RunscSettings(options, handler), cancellationToken);
        }

        return await ReplaceAsync(_configFile, ContainerdConfig.Write(options, handlers, plugins), cancellationToken);
    }

    /// <summary>Replaces a file at once if it is to have another content; true if so.</summary>
    private async Task<bool> ReplaceAsync(string path, string content, CancellationToken cancellationToken)
    {
        if (File.Exists(path) && await File.ReadAllTextAsync(path, cancellationToken) == content)
            return false;
        var next = Path.Combine(options.RootDirectory, "next");
        await File.WriteAllTextAsync(next, content, cancellationToken);
        File.Move(next, path, overwrite: true);
        return true;
    }

    /// <summary>
    /// setsid makes the session; the shell between writes its process id, which containerd then inherits. Where
    /// shims were found comes first on the PATH.
    /// </summary>
    private async Task<Failure?> StartAsync(CancellationToken cancellationToken)
    {
        const string Script = """
            PATH="${5:+$5:}$PATH"; echo $$ > "$1"; exec "$2" --config "$3" >> "$4" 2>&1 < /dev/null
            """;
        if (ProgramPath.Find(options.ContainerdPath) is not { } program)
            return Unavailable($"{options.ContainerdPath} is not installed.");
        File.Delete(_pidFile);
        var started = await HostCommand.RunDetachedAsync(
            "setsid",
            ["-f", "/bin/sh", "-c", Script, "sh", _pidFile, program, _configFile, _logFile, _shimDirectories],
            cancellationToken);
        LogStarted(program);
        return started ? null : Unavailable("setsid (util-linux) is not installed.");
    }

    private async Task<Failure?> WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        var why = "it did not start";
        while (time.GetElapsedTime(since) < ReadyWithin)
        {
            if (File.Exists(options.SocketPath) && LivingProcess() is not null)
            {
                var status = await cri.StatusAsync(AnswerWithin, cancellationToken);
                var missing = status.Value?.Status.Conditions.FirstOrDefault(c => !c.Status);
                if (status.Status.IsOk && missing is null)
                    return null;
                why = missing?.Message ?? status.Status.Message;
            }

            await Task.Delay(ReadyCheck, time, cancellationToken);
        }

        return Unavailable($"containerd is not ready: {why}. {LastOfLog()}");
    }

    // Once containerd is ready, it has cleared away what it does not know.
    private void EndStrayShims()
    {
        foreach (var process in StrayShims.End(options))
            LogStrayShim(process);
    }

    private async Task<Outcome<Done>> ImportPauseImageAsync(CancellationToken cancellationToken)
    {
        if ((await cri.ImageStatusAsync(PauseImage.Name, cancellationToken)).Value?.Image is not null)
            return Done.Instance;
        var archive = Path.Combine(options.RootDirectory, "pause.tar");
        await using (var file = File.Create(archive))
            PauseImage.Write(file, RuntimeInformation.OSArchitecture);
        return await new ImageImport(options, cri, time).ImportAsync(archive, PauseImage.Name, cancellationToken);
    }

    private string LastOfLog() =>
        File.Exists(_logFile) ? string.Join(' ', File.ReadLines(_logFile).TakeLast(LinesOfLogInFailure)) : "";

    /// <summary>
    /// containerd appends to its log and keeps it open: shortening it in place is the way to bound it.
    /// </summary>
    private void TruncateLog()
    {
        var log = new FileInfo(_logFile);
        if (!log.Exists || log.Length <= MaxLogBytes)
            return;
        using var file = log.Open(FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(0);
    }

    private static Failure Unavailable(string message) =>
        new(FailureKind.RuntimeUnavailable, message, Blame.Host, Retryable: true);
}
