using System.Runtime.InteropServices;
using System.Text;
using Codius.Runtime.Containerd.Cgroups;
using Codius.Runtime.Containerd.Daemon;
using Codius.Runtime.Containerd.Images;
using Codius.Runtime.Containerd.Processes;

namespace Codius.Runtime.Containerd.Pods;

/// <summary>
/// Gives a sandbox that was made before its pod the pod's name, before any container is started in it: man 7
/// uts_namespaces. gVisor has the name in its own kernel, where a program that waits in the sandbox sets it.
/// </summary>
internal sealed class SandboxHostName(ContainerdOptions options, PodCgroups cgroups)
{
    private const int NewUts = 0x04000000;
    private const string Self = "/proc/self/ns/uts";

    /// <summary>Kata's machines have names that are out of reach from here.</summary>
    public static bool CanBeSet(RuntimeHandler handler) => handler.Isolation != RuntimeHandler.Kata;

    /// <summary>The program that will name the sandbox, where it takes one.</summary>
    /// <exception cref="IOException">It cannot be started: the sandbox is of no use.</exception>
    public async Task<NamingProgram?> PrepareAsync(RuntimeHandler handler, string sandbox) =>
        handler.Isolation == RuntimeHandler.Gvisor
            ? await NamingProgram.StartAsync(
                handler.Program,
                [
                    $"--root={ContainerdConfig.RuntimeRoot(options, handler)}/k8s.io",
                    "exec", "--cap=CAP_SYS_ADMIN", sandbox, PauseImage.HostNameProgram,
                ])
            : null;

    /// <exception cref="IOException">It cannot be set: the sandbox is of no use.</exception>
    public async Task SetAsync(WarmSandbox warm, string name)
    {
        if (warm.Naming is { } program)
            await program.NameAsync(name);
        else
            SetInNamespace(cgroups.AnyProcess(warm.Id), name);
    }

    /// <summary>A thread that has entered another namespace is of no use for anything else, and ends.</summary>
    private static void SetInNamespace(int? process, string name)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                EnterAndSet($"/proc/{process}/ns/uts", Encoding.ASCII.GetBytes(name));
            }
            catch (IOException e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            throw failure;
    }

    private static void EnterAndSet(string path, byte[] name)
    {
        // The machine itself must never be renamed, whatever became of the process meanwhile.
        if (File.ResolveLinkTarget(path, returnFinalTarget: false)?.Name is not { } its
            || its == File.ResolveLinkTarget(Self, returnFinalTarget: false)?.Name)
            throw new IOException("The sandbox has no name of its own.");
        using var file = File.OpenHandle(path);
        if (SetNamespace(file, NewUts) != 0 || SetHostName(name, (nuint)name.Length) != 0)
            throw new IOException($"The sandbox cannot be named (error {Marshal.GetLastPInvokeError()}).");
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int SetNamespace(SafeHandle file, int kind);

    [DllImport("libc", EntryPoint = "sethostname", SetLastError = true)]
    private static extern int SetHostName(byte[] name, nuint length);
}
