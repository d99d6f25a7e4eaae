using Codius.Core.Pods;
using Codius.Hostile.Machines;
using Codius.Runtime.Containerd.Logs;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Hostile;

[Trait("Suite", "hostile")]
[Collection(UnderRunc.Name)]
public sealed class RuncEscapes(RuncMachine machine) : EscapeAttacks(machine);

[Trait("Suite", "hostile")]
[Collection(UnderGvisor.Name)]
public sealed class GvisorEscapes(GvisorMachine machine) : EscapeAttacks(machine)
{
    /// <summary>gVisor's kernel has a FUSE of its own.</summary>
    protected override string OwnDevices => "|fuse";
}

/// <summary>
/// Ways out of a pod by mounts, files of the kernel, devices and namespaces. The control of each is the same program
/// without walls, which gets through.
/// </summary>
public abstract class EscapeAttacks(HostileMachine machine)
{
    private const string PodLog = "0.log";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Devices that are not the machine's, for a regular expression.</summary>
    protected virtual string OwnDevices => "";

    [Fact]
    public Task A_pod_mounts_nothing() =>
        machine.ShouldHoldAsync("mkdir -p /tmp/m && mount -t tmpfs none /tmp/m && umount /tmp/m && echo pwned");

    [Fact]
    public Task A_pod_does_not_take_away_what_is_mounted_over_its_files() =>
        machine.ShouldHoldAsync("umount /etc/hosts && echo pwned; mount -o bind /etc/hosts /etc/hosts");

    [Fact]
    public Task A_pod_does_not_make_what_is_read_only_writable() =>
        machine.ShouldHoldAsync("""
            at=$(awk '$2 ~ "^/proc" && $4 ~ /^ro/ { print $2; exit }' /proc/mounts)
            mount -o remount,rw "${at:-/proc}" && echo pwned
            """);

    [Fact]
    public Task A_pod_does_not_change_its_root() =>
        machine.ShouldHoldAsync("chroot / /bin/true && echo pwned");

    [Fact]
    public Task A_pod_does_not_find_the_machines_files_below_proc() =>
        machine.ShouldHoldAsync($"cat /proc/[0-9]*/root{machine.SecretFile}", machine.Secret);

    [Fact]
    public async Task A_pod_does_not_open_a_file_of_the_machine_by_its_handle()
    {
        var program = machine.Options.RootDirectory + "/files" + AttackProgram.InImage;
        var name = await RunningProgram.RunAsync(new ProgramStart(program, "name", machine.SecretFile));
        await machine.ShouldHoldAsync($"attack handle /etc/hosts {name.EnsureSuccess().Output.Trim()}", machine.Secret);
    }

    [Fact]
    public async Task A_pod_does_not_enter_the_machines_namespaces()
    {
        await using var inside = RunningProgram.Start(new ProgramStart("sleep", "1000000"));
        await machine.ShouldHoldAsync($"nsenter -t {inside.Id} -m /bin/cat {machine.SecretFile}", machine.Secret);
    }

    [Fact]
    public Task A_pod_does_not_say_what_the_machine_runs_when_a_program_crashes() =>
        machine.ShouldHoldAsync(Rewrite("/proc/sys/kernel/core_pattern"));

    [Fact]
    public Task A_pod_does_not_change_settings_of_the_machines_memory() =>
        machine.ShouldHoldAsync(Rewrite("/proc/sys/vm/overcommit_memory"));

    [Fact]
    public async Task A_pod_does_not_change_settings_of_the_machines_network()
    {
        // gVisor has settings of its own, which a pod may change: what counts is the machine's.
        const string Setting = "/proc/sys/net/ipv4/conf/all/log_martians";
        var before = await File.ReadAllTextAsync(Setting, Stop);
        await machine.Pod.RunAsync($"echo {(before.Trim() == "0" ? 1 : 0)} > {Setting}");
        (await File.ReadAllTextAsync(Setting, Stop)).ShouldBe(before);

        (await machine.Control.RunAsync(Rewrite(Setting))).ShouldContain("pwned");
    }

    [Fact]
    public Task A_pod_does_not_change_how_the_machines_kernel_does_its_work() =>
        machine.ShouldHoldAsync(Rewrite("/sys/kernel/profiling /sys/kernel/rcu_normal /sys/block/*/queue/nomerges"));

    [Fact]
    public Task A_pod_does_not_see_the_machines_keys() =>
        machine.ShouldHoldAsync("attack key > /dev/null; grep -q keyring /proc/keys && echo pwned");

    [Fact]
    public async Task A_pod_does_not_read_the_machines_log()
    {
        var boot = File.ReadAllText("/proc/version").Split(' ')[2];
        await RunningProgram.RunAsync(new ProgramStart("sh", "-c", $"echo 'codius-hostile {boot}' > /dev/kmsg"));
        await machine.ShouldHoldAsync("dmesg; timeout 1 cat /dev/kmsg", $"codius-hostile {boot}");
    }

    [Fact]
    public async Task A_pod_raises_none_of_its_own_limits()
    {
        const string Find = "find /sys/fs/cgroup -name pids.max -o -name memory.max -o -name memory.limit_in_bytes";
        var before = machine.LimitsOfPod();
        before.ShouldNotBeEmpty();
        await machine.Pod.RunAsync($"for limit in $({Find}); do echo 9999999999 > $limit; echo max > $limit; done");
        machine.LimitsOfPod().ShouldBe(before);

        (await machine.Control.RunAsync(Rewrite($"$({Find})"))).ShouldContain("pwned");
    }

    [Fact]
    public Task A_pod_does_not_have_the_machine_run_a_program_when_a_cgroup_is_empty() =>
        machine.ShouldHoldAsync("""
            mkdir -p /tmp/cgroup
            mount -t cgroup -o cpuset cpuset /tmp/cgroup && [ -f /tmp/cgroup/release_agent ] && echo pwned
            umount /tmp/cgroup
            unshare -UrmC sh -c '
              mount -t cgroup -o cpuset cpuset /tmp/cgroup && [ -f /tmp/cgroup/release_agent ] && echo pwned'
            """);

    [Fact]
    public async Task A_pod_makes_no_node_of_the_machines_disk()
    {
        var disk = machine.Options.RootDirectory + "/disk";
        await File.WriteAllTextAsync(disk, machine.Secret.PadRight(4096, '\n'), Stop);
        var loop = (await RunningProgram.RunAsync(new ProgramStart("losetup", "--find", "--show", disk)))
            .EnsureSuccess().Output.Trim();
        try
        {
            var number = File.ReadAllText($"/sys/block/{Path.GetFileName(loop)}/dev").Trim().Replace(':', ' ');
            await machine.ShouldHoldAsync(
                $"mknod /tmp/disk b {number}; head -c 100 /tmp/disk; rm -f /tmp/disk", machine.Secret);
        }
        finally
        {
            await RunningProgram.RunAsync(new ProgramStart("losetup", "--detach", loop));
        }
    }

    [Fact]
    public Task A_pod_has_no_device_but_the_harmless_ones() =>
        machine.ShouldHoldAsync(
            "cd /dev; ls | grep -vxE "
            + "'console|core|fd|full|mqueue|net|null|ptmx|pts|random|shm|std(in|out|err)|tty|urandom"
            + $"|zero{OwnDevices}' "
            + "| sed 's/^/pwned by /'; find /dev -type b | sed 's/^/pwned by /'");

    [Fact]
    public async Task A_pod_gets_no_user_namespace_from_the_machines_kernel()
    {
        const string Script =
            "unshare -Ur sleep 5 > /dev/null 2>&1 & sleep 1; readlink /proc/[0-9]*/ns/user | sort -u";
        var before = UserNamespaces();
        var trying = machine.Pod.RunAsync(Script);
        await Task.WhenAny(trying, Deadline.UntilAsync(() => UserNamespaces() > before, "a user namespace"));
        await trying;
        UserNamespaces().ShouldBe(before);

        (await machine.Control.RunAsync(Script)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length
            .ShouldBeGreaterThan(1);

        int UserNamespaces() => machine.ProcessesOfPod()
            .Select(process => new FileInfo($"/proc/{process}/ns/user").LinkTarget)
            .OfType<string>().Distinct().Count();
    }

    [Fact]
    public async Task A_pod_does_not_stop_a_program_of_the_machine()
    {
        await using var victim = RunningProgram.Start(new ProgramStart("sleep", "1000000"));
        await machine.Pod.RunAsync($"kill -9 {victim.Id}");
        victim.HasExited.ShouldBeFalse();

        await machine.Control.RunAsync($"kill -9 {victim.Id}");
        await victim.WaitForExitAsync();
    }

    [Fact]
    public async Task A_pod_does_not_look_into_a_program_of_the_machine()
    {
        await using var victim = RunningProgram.Start(new ProgramStart("sleep", "1000000"));
        await machine.ShouldHoldAsync($"attack ptrace {victim.Id}");
    }

    [Fact]
    public async Task A_pod_does_not_begin_in_a_directory_that_the_runtime_left_open()
    {
        // CVE-2024-21626: a working directory that is a descriptor of runc's leads out of the container.
        string[] up = [.. Enumerable.Range(3, 6).Select(count => string.Concat(Enumerable.Repeat("../", count)))];
        var script = "cat " + string.Join(' ', up.Select(path => path + machine.SecretFile.TrimStart('/')));
        foreach (var descriptor in new[] { 7, 8, 9 })
            (await OutputOfAsync(script, $"/proc/self/fd/{descriptor}")).ShouldNotContain(machine.Secret);

        var left = $"cd {machine.Options.RootDirectory}/images; cat ../secret";
        (await machine.Control.RunAsync(left)).ShouldContain(machine.Secret);
    }

    [Fact]
    public async Task A_pod_does_not_put_a_link_in_the_place_of_its_log()
    {
        var pod = await machine.StartAsync(RemoteShell.Command);
        var logs = $"{machine.Options.RootDirectory}/pods/{pod.Id}/disk/logs";
        string Script(string place) =>
            $"mkdir -p {place}; ln -sf {machine.SecretFile} {place}/{PodLog} && echo linked";
        (await new RemoteShell(pod.Address!).RunAsync(Script(logs))).ShouldContain("linked");
        File.ResolveLinkTarget($"{logs}/{PodLog}", returnFinalTarget: true).ShouldBeNull();

        var unguarded = machine.Options.RootDirectory + "/unguarded";
        (await machine.Control.RunAsync(Script(unguarded))).ShouldContain("linked");
        File.ResolveLinkTarget($"{unguarded}/{PodLog}", returnFinalTarget: true)!.FullName.ShouldBe(machine.SecretFile);
        await machine.Runtime.RemoveAsync(pod.Id, Stop);
    }

    [Fact]
    public async Task A_line_that_looks_like_the_logs_own_format_is_text_of_the_line()
    {
        const string Forged = "2001-01-01T00:00:00Z stderr F forged";
        var pod = await machine.StartAsync(ShellProgram.Script($"echo '{Forged}'; sleep 1000000"));
        await foreach (var line in machine.Runtime.ReadLogsAsync(pod.Id, new LogQuery(Follow: true), Stop))
        {
            (line.Stream, line.Text).ShouldBe((LogStream.Stdout, Forged));
            line.At.Year.ShouldBeGreaterThan(2001);
            break;
        }

        // As it is, it would be taken for a line of the log.
        CriLogLine.TryRead("2001-01-01T00:00:00Z stderr F forged"u8, out var taken).ShouldBeTrue();
        (taken.Stream, taken.Text).ShouldBe((LogStream.Stderr, "forged"));
        await machine.Runtime.RemoveAsync(pod.Id, Stop);
    }

    /// <summary>Writes the value that a file of the kernel has: an attacker would write another one.</summary>
    private static string Rewrite(string files) => $$"""
        for file in {{files}}; do
          [ -f $file ] && value=$(cat $file) && { echo "$value" > $file; } 2> /dev/null && echo pwned
        done
        """;

    /// <summary>What a pod prints that begins in a directory; nothing if it does not begin.</summary>
    private async Task<string> OutputOfAsync(string script, string workingDirectory)
    {
        try
        {
            var pod = await machine.StartAsync(
                ShellProgram.Script(script + "; echo over"), workingDirectory: workingDirectory);
            var lines = new List<string>();
            await foreach (var line in machine.Runtime.ReadLogsAsync(pod.Id, new LogQuery(Follow: true), Stop))
            {
                lines.Add(line.Text);
                if (line.Text == "over")
                    break;
            }

            await machine.Runtime.RemoveAsync(pod.Id, Stop);
            return string.Join('\n', lines);
        }
        catch (ShouldAssertException)
        {
            return "";
        }
    }
}
