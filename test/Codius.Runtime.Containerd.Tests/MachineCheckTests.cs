using System.Net;
using System.Net.Sockets;
using Codius.Core.Checks;
using Codius.Runtime.Containerd.Checks;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>The doctor's checks of the machine: as it is here, and as others are.</summary>
[Trait("Suite", "runtime")]
public sealed class MachineCheckTests : IDisposable
{
    private readonly TemporaryDirectory _machine = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task This_machine_is_well()
    {
        var options = new ContainerdFixture().Options;
        ICheck[] checks =
        [
            new KernelCheck("/proc"), new CgroupsCheck("/sys/fs/cgroup"), new ContainerdCheck(options),
            new NftablesCheck(options), new PodDisksCheck(),
        ];
        foreach (var check in checks)
        {
            var finding = await check.RunAsync(Stop);
            finding.Kind.ShouldBe(FindingKind.Well, $"{check.Name}: {finding.Message}");
        }
    }

    [Fact]
    public async Task A_kernel_that_is_too_old_fails_and_one_that_has_not_loaded_overlay_is_warned_of()
    {
        await WriteAsync("sys/kernel/osrelease", "5.4.0-generic\n");
        (await new KernelCheck(_machine.Path).RunAsync(Stop)).Advice.ShouldNotBeNull().ShouldContain("5.6");
        await WriteAsync("sys/kernel/osrelease", "6.1.0\n");
        await WriteAsync("filesystems", "nodev\ttmpfs\n");
        (await new KernelCheck(_machine.Path).RunAsync(Stop)).Kind.ShouldBe(FindingKind.Warning);
    }

    [Fact]
    public async Task Cgroups_without_a_controller_fail()
    {
        await WriteAsync("cgroup.controllers", "cpu memory\n");
        (await new CgroupsCheck(_machine.Path).RunAsync(Stop)).Message.ShouldContain("lacks pids");
    }

    [Fact]
    public async Task What_is_not_installed_is_named_with_its_package()
    {
        var options = new ContainerdOptions { ContainerdPath = "no-containerd", NftPath = "no-nft" };
        (await new ContainerdCheck(options).RunAsync(Stop)).Advice.ShouldBe("apt-get install containerd");
        (await new NftablesCheck(options).RunAsync(Stop)).Advice.ShouldBe("apt-get install nftables");
        (await new PodDisksCheck("no-mke2fs").RunAsync(Stop)).Kind.ShouldBe(FindingKind.Warning);
        options = new ContainerdOptions { CniPluginDirectories = [_machine.Path] };
        (await new ContainerdCheck(options).RunAsync(Stop)).Advice
            .ShouldBe("apt-get install containernetworking-plugins");
    }

    [Fact]
    public async Task Name_servers_answer_or_not()
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)server.Client.LocalEndPoint!).Port;
        var options = new ContainerdOptions { DnsServers = ["127.0.0.1"] };
        var asking = new NameServersCheck(options, TimeSpan.FromSeconds(20), port).RunAsync(Stop);
        var question = await server.ReceiveAsync(Stop);
        question.Buffer[2] |= 0x80;
        await server.SendAsync(question.Buffer, question.RemoteEndPoint, Stop);
        (await asking).Kind.ShouldBe(FindingKind.Well);
        var silent = new NameServersCheck(options, TimeSpan.FromMilliseconds(100), port);
        (await silent.RunAsync(Stop)).Kind.ShouldBe(FindingKind.Failed);
    }

    [Fact]
    public async Task Isolation_is_tried_beside_a_host_that_runs_and_nothing_stays()
    {
        var options = new ContainerdFixture().Options;
        (options.RuntimeHandler, options.RuntimePath) = ("runsc", await GvisorFixture.InstallAsync());
        var finding = await new IsolationCheck(options, TimeProvider.System).RunAsync(Stop);
        finding.Kind.ShouldBe(FindingKind.Well, finding.Message);
        finding.Message.ShouldContain("gVisor");
        Directory.GetDirectories("/run", $"codius-doctor-{Environment.ProcessId}").ShouldBeEmpty();
        var tables = await RunningProgram.RunAsync(new ProgramStart("nft", "list", "tables"));
        tables.Output.ShouldNotContain($"codius_doctor_{Environment.ProcessId}");

        (options.RuntimeHandler, options.RuntimePath) = ("runc", null);
        (await new IsolationCheck(options, TimeProvider.System).RunAsync(Stop)).Kind.ShouldBe(FindingKind.Warning);
        options.RuntimePath = "/bin/false";
        (await new IsolationCheck(options, TimeProvider.System).RunAsync(Stop)).Kind.ShouldBe(FindingKind.Failed);
    }

    public void Dispose() => _machine.Dispose();

    private Task WriteAsync(string file, string text)
    {
        var path = _machine[file];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return File.WriteAllTextAsync(path, text, Stop);
    }
}
