using System.Text.Json;
using Codius.Testing.Processes;

namespace Codius.Hostile.Machines;

/// <summary>
/// The control of what is tried inside pods: the same image in a container that shares the machine's processes, network
/// and devices, with every capability and no filter of system calls. It is plain runc also for attacks on gVisor, whose
/// kernel would refuse most of them by itself.
/// </summary>
internal sealed class PlainContainer : IAsyncDisposable
{
    // Some attacks fill hundreds of megabytes; there are machines that want a minute for that.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _directory;
    private readonly RunningProgram _program;

    private PlainContainer(string directory, RunningProgram program) => (_directory, _program) = (directory, program);

    private string Root => _directory + "/runc";

    private string Id => Path.GetFileName(_directory);

    /// <summary>Starts one whose files are in a directory, which also names it.</summary>
    public static async Task<PlainContainer> StartAsync(string directory, string archive, params string[] binds)
    {
        await UnpackAsync(archive, directory);
        await File.WriteAllTextAsync(directory + "/config.json", Configuration(binds));
        var program = RunningProgram.Start(new ProgramStart(
            "runc", "--root", directory + "/runc", "run", "--bundle", directory, Path.GetFileName(directory)));
        var container = new PlainContainer(directory, program);
        await Deadline.UntilAsync(container.IsReadyAsync, "the container without walls");
        return container;
    }

    /// <summary>All that a script prints until it ends.</summary>
    public async Task<string> RunAsync(string script)
    {
        var result = await RunningProgram.RunAsync(Exec(script), Patience);
        return result.Output + result.Error;
    }

    public async ValueTask DisposeAsync()
    {
        await RunningProgram.RunAsync(new ProgramStart("runc", "--root", Root, "delete", "--force", Id));
        await _program.DisposeAsync();
    }

    private ProgramStart Exec(string script) => new("runc", "--root", Root, "exec", Id, "sh", "-c", script);

    private async Task<bool> IsReadyAsync() =>
        _program.HasExited
            ? throw _program.Failure("ended")
            : (await RunningProgram.RunAsync(Exec("true"))).ExitCode == 0;

    private static async Task UnpackAsync(string archive, string directory) =>
        (await RunningProgram.RunAsync(new ProgramStart("sh", "-ec", """
            mkdir -p "$1/layout" "$1/rootfs"
            tar -xf "$0" -C "$1/layout"
            for blob in "$1"/layout/blobs/sha256/*; do
              ! tar -tf "$blob" > /dev/null 2>&1 || tar -xf "$blob" -C "$1/rootfs"
            done
            """, archive, directory))).EnsureSuccess();

    private static string Configuration(IEnumerable<string> binds)
    {
        string[] all =
        [
            .. "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW "
                .Split(' ', StringSplitOptions.RemoveEmptyEntries),
            .. "NET_ADMIN SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_PTRACE SYS_RAWIO SYS_TIME SYSLOG MKNOD BPF"
                .Split(' '),
        ];
        var capabilities = all.Select(name => "CAP_" + name).ToArray();
        return JsonSerializer.Serialize(new
        {
            ociVersion = "1.0.2",
            process = new
            {
                user = new { uid = 0, gid = 0 },
                args = new[] { "sleep", "1000000" },
                env = new[] { "PATH=/bin" },
                cwd = "/",
                capabilities = new { bounding = capabilities, effective = capabilities, permitted = capabilities },
            },
            root = new { path = "rootfs" },
            mounts = new object[]
            {
                new { destination = "/proc", type = "proc", source = "proc" },
                Bind("/dev"),
                Bind("/sys"),
                Bind("/etc/hosts"),
            }.Concat(binds.Select(Bind)),
            linux = new
            {
                namespaces = new[] { new { type = "mount" } },
                resources = new { devices = new[] { new { allow = true, access = "rwm" } } },
            },
        });
    }

    private static object Bind(string path) =>
        new { destination = path, type = "bind", source = path, options = new[] { "rbind", "rw" } };
}
