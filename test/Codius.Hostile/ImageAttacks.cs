using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Hostile.Machines;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Hostile;

[Trait("Suite", "hostile")]
[Collection(UnderRunc.Name)]
public sealed class RuncImages(RuncMachine machine) : ImageAttacks(machine);

[Trait("Suite", "hostile")]
[Collection(UnderGvisor.Name)]
public sealed class GvisorImages(GvisorMachine machine) : ImageAttacks(machine);

/// <summary>
/// Images that no tool makes, pulled from a registry that gives out anything. The control of what layers do is a naive
/// way to unpack them, as root with tar; of what registries do, containerd without what the host asks before.
/// </summary>
public abstract partial class ImageAttacks(HostileMachine machine) : IAsyncLifetime
{
    private readonly HostileRegistry _registry = new();
    private readonly string _naive = $"{machine.Options.RootDirectory}/naive-{Guid.NewGuid():n}";
    private byte[] _base = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>
    /// A directory of the machine with a file in it, which an image must neither add to nor take from.
    /// </summary>
    private string Victim => _naive + "/victim";

    /// <summary>The same from wherever an image is unpacked.</summary>
    private string UpToVictim => string.Concat(Enumerable.Repeat("../", 20)) + Victim.TrimStart('/');

    public ValueTask InitializeAsync()
    {
        _base = HostileLayer.OfArchive(machine.Image.Archive);
        Directory.CreateDirectory(Victim);
        File.WriteAllText(Victim + "/here", "here");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        Directory.Delete(_naive, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public Task A_file_with_dots_in_its_path_stays_in_the_image() =>
        ShouldStayInsideAsync(HostileLayer.Of(HostileLayer.File(UpToVictim + "/escaped")));

    [Fact]
    public Task A_file_with_an_absolute_path_stays_in_the_image() =>
        ShouldStayInsideAsync(HostileLayer.Of(HostileLayer.File(Victim + "/escaped")));

    [Fact]
    public Task A_file_behind_an_absolute_link_stays_in_the_image() => ShouldStayInsideAsync(
        HostileLayer.Of(HostileLayer.Symlink("out", Victim), HostileLayer.File("out/escaped")));

    [Fact]
    public Task A_file_behind_a_link_of_an_earlier_layer_stays_in_the_image() => ShouldStayInsideAsync(
        HostileLayer.Of(HostileLayer.Symlink("out", UpToVictim)), HostileLayer.Of(HostileLayer.File("out/escaped")));

    [Fact]
    public Task A_file_behind_a_chain_of_links_stays_in_the_image() => ShouldStayInsideAsync(HostileLayer.Of(
        HostileLayer.Symlink("a", "b"), HostileLayer.Symlink("b", Victim), HostileLayer.File("a/escaped")));

    [Fact]
    public Task A_whiteout_with_dots_in_its_path_removes_nothing_of_the_machine() =>
        ShouldStayInsideAsync(HostileLayer.Of(HostileLayer.File(UpToVictim + "/.wh.here", "")));

    [Fact]
    public Task A_whiteout_behind_a_link_removes_nothing_of_the_machine() => ShouldStayInsideAsync(
        HostileLayer.Of(HostileLayer.Symlink("out", Victim)), HostileLayer.Of(HostileLayer.File("out/.wh.here", "")));

    [Fact]
    public Task An_opaque_whiteout_behind_a_link_removes_nothing_of_the_machine() => ShouldStayInsideAsync(
        HostileLayer.Of(HostileLayer.Symlink("out", Victim)),
        HostileLayer.Of(HostileLayer.File("out/.wh..wh..opq", "")));

    [Fact]
    public Task A_whiteout_of_the_directory_above_removes_nothing_of_the_machine() =>
        ShouldStayInsideAsync(HostileLayer.Of(HostileLayer.File(UpToVictim + "/x/.wh...", "")));

    [Fact]
    public async Task A_hard_link_to_a_file_of_the_machine_does_not_bring_it_in()
    {
        var layer = HostileLayer.Of(HostileLayer.HardLink("stolen", machine.SecretFile));
        (await OutputAsync("cat /stolen", layer)).ShouldNotContain(machine.Secret);
        await UnpackNaivelyAsync(layer);
        (await File.ReadAllTextAsync(_naive + "/root/stolen", Stop)).ShouldBe(machine.Secret);
    }

    [Fact]
    public async Task A_symbolic_link_to_a_file_of_the_machine_does_not_bring_it_in()
    {
        var layer = HostileLayer.Of(HostileLayer.Symlink("stolen", machine.SecretFile));
        (await OutputAsync("cat /stolen", layer)).ShouldNotContain(machine.Secret);
        await UnpackNaivelyAsync(layer);
        (await File.ReadAllTextAsync(_naive + "/root/stolen", Stop)).ShouldBe(machine.Secret);
    }

    [Fact]
    public async Task A_disk_of_the_machine_that_an_image_brings_a_node_of_cannot_be_read()
    {
        Directory.CreateDirectory(_naive);
        await File.WriteAllTextAsync(_naive + "/disk", machine.Secret.PadRight(4096, '\n'), Stop);
        var loop = (await RunningProgram.RunAsync(new ProgramStart("losetup", "--find", "--show", _naive + "/disk")))
            .EnsureSuccess().Output.Trim();
        try
        {
            var number = File.ReadAllText($"/sys/block/{Path.GetFileName(loop)}/dev").Trim().Split(':');
            var layer = HostileLayer.Of(
                HostileLayer.BlockDevice("disk", int.Parse(number[0]), int.Parse(number[1])));
            (await OutputAsync("head -c 100 /disk", layer)).ShouldNotContain(machine.Secret);
            await UnpackNaivelyAsync(layer);
            var read = await RunningProgram.RunAsync(new ProgramStart("head", "-c", "100", _naive + "/root/disk"));
            read.Output.ShouldContain(machine.Secret);
        }
        finally
        {
            await RunningProgram.RunAsync(new ProgramStart("losetup", "--detach", loop));
        }
    }

    [Theory]
    [InlineData("etc")]
    [InlineData("etc/hosts")]
    [InlineData("dev")]
    [InlineData("proc")]
    [InlineData("sys")]
    public async Task A_link_where_something_is_mounted_leads_to_no_place_of_the_machine(string path)
    {
        var isFile = path.Contains('/');
        var whiteout = isFile ? "etc/.wh.hosts" : ".wh." + path;
        var link = HostileLayer.Of(HostileLayer.Symlink(path, isFile ? Victim + "/hosts" : Victim));
        await OutputAsync("echo over", HostileLayer.Of(HostileLayer.File(whiteout, "")), link);
        ShouldBeAsItWas();

        // Who makes the place of a mount as if the root of the image were the machine's makes it there.
        if (isFile)
            Directory.CreateDirectory(_naive + "/root/etc");
        await UnpackNaivelyAsync(link);
        await File.WriteAllTextAsync($"{_naive}/root/{path}{(isFile ? "" : "/mounted")}", "", Stop);
        Directory.GetFiles(Victim).Length.ShouldBe(2);
    }

    /// <summary>Pulls an image with layers on the attacker's, tries to run it, and then unpacks it naively.</summary>
    private async Task ShouldStayInsideAsync(params byte[][] layers)
    {
        await OutputAsync("echo over", layers);
        ShouldBeAsItWas();
        await UnpackNaivelyAsync(layers);
        var escaped = !Directory.Exists(Victim) || File.Exists(Victim + "/escaped") || !File.Exists(Victim + "/here");
        escaped.ShouldBeTrue("the attack would work");
        Directory.CreateDirectory(Victim);
    }

    private void ShouldBeAsItWas() => Directory.GetFiles(Victim).ShouldBe([Victim + "/here"]);

    /// <summary>All that a container of an image prints, or why it was refused at some step.</summary>
    private async Task<string> OutputAsync(string script, params byte[][] layers)
    {
        var image = _registry.Reference(_registry.AddImage([_base, .. layers], "true"));
        if ((await machine.Runtime.PullAsync(image, Stop)).Failure is { } refused)
            return refused.Message;
        var container = new ContainerSpec(
            "app", image, ShellProgram.Script($"({script}) 2>&1; echo"), null, new Dictionary<string, string>());
        var spec = new PodSpec(PodId.New(), ManifestHash.OfCanonicalJson("{}"u8), ResourceLimits.Small, [container]);
        if (((await machine.Runtime.CreateAsync(spec, Stop)).Failure
            ?? (await machine.Runtime.StartAsync(spec.Id, Stop)).Failure) is { } failed)
            return failed.Message;
        var lines = new List<string>();
        await Deadline.UntilAsync(
            async () =>
                (await machine.Runtime.GetStatusAsync(spec.Id, Stop))!.Containers[0].Phase == ContainerPhase.Exited,
            "the container has ended",
            TimeSpan.FromSeconds(30));
        await foreach (var line in machine.Runtime.ReadLogsAsync(spec.Id, new LogQuery(), Stop))
            lines.Add(line.Text);
        await machine.Runtime.RemoveAsync(spec.Id, Stop);
        return string.Join('\n', lines);
    }

    private async Task UnpackNaivelyAsync(params byte[][] layers)
    {
        var root = Directory.CreateDirectory(_naive + "/root").FullName;
        foreach (var layer in layers)
        {
            await File.WriteAllBytesAsync(_naive + "/layer", layer, Stop);
            await RunningProgram.RunAsync(new ProgramStart("bash", "-c", """
                cd "$1"
                tar -xPf ../layer --keep-directory-symlink
                tar -tPf ../layer | while read -r path; do
                  case ${path##*/} in
                    .wh..wh..opq) rm -rf "${path%/*}"/* ;;
                    .wh.*) rm -rf "${path%/*}/$(basename "$path" | cut -c 5-)" || rm -rf "${path%/*/*}" ;;
                  esac
                done
                """, "sh", root));
        }
    }
}
