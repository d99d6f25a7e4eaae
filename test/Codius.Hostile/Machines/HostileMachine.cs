using System.Net;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Runtime.Containerd;
using Codius.Runtime.Containerd.Cgroups;
using Codius.Runtime.Containerd.Tests;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Hostile.Machines;

/// <summary>
/// A host's containerd with one runtime, an attacker's pod in it, the same image without walls as the control, and a
/// file of the machine that an attacker wants. One for all attacks under a runtime.
/// </summary>
public abstract class HostileMachine(ContainerdFixture fixture) : IAsyncLifetime
{
    private PodId _attacker;

    public ContainerdOptions Options => fixture.Options;

    public ContainerdPodRuntime Runtime => fixture.Runtime;

    public ContainerdFixture Fixture => fixture;

    public SampleImage Image { get; private set; } = null!;

    /// <summary>Only root of the machine can read it.</summary>
    public string SecretFile => Options.RootDirectory + "/secret";

    public string Secret { get; } = "secret-" + Guid.NewGuid().ToString("n");

    public IPAddress PodAddress { get; private set; } = IPAddress.None;

    internal RemoteShell Pod { get; private set; } = null!;

    internal PlainContainer Control { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await fixture.InitializeAsync();
        await File.WriteAllTextAsync(SecretFile, Secret);
        File.SetUnixFileMode(SecretFile, UnixFileMode.UserRead);
        var files = Options.RootDirectory + "/files";
        await AttackProgram.CompileAsync(files + AttackProgram.InImage);
        Image = await SampleImage.BuildAsync(Options.RootDirectory + "/images", "codius.local/attacker", files: files);
        (await Runtime.ImportImageAsync(Image.Archive, Image.Name, CancellationToken.None)).Failure.ShouldBeNull();
        Control = await PlainContainer.StartAsync(
            $"{Options.RootDirectory}/control-{Options.Instance}", Image.Archive, Options.RootDirectory);
        var pod = await StartAsync(RemoteShell.Command);
        (_attacker, PodAddress, Pod) = (pod.Id, pod.Address!, new RemoteShell(pod.Address!));
    }

    public async ValueTask DisposeAsync()
    {
        await Control.DisposeAsync();
        await fixture.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A pod of the attacker's image. Who starts it removes it; the machine's end removes all.</summary>
    public async Task<PodStatus> StartAsync(
        IReadOnlyList<string> command, ResourceLimits? limits = null, string? workingDirectory = null)
    {
        var container = new ContainerSpec(
            "app", Image.Reference, command, workingDirectory, new Dictionary<string, string>());
        var spec = new PodSpec(
            PodId.New(), ManifestHash.OfCanonicalJson("{}"u8), limits ?? ResourceLimits.Small, [container]);
        (await Runtime.CreateAsync(spec, CancellationToken.None)).Failure.ShouldBeNull();
        (await Runtime.StartAsync(spec.Id, CancellationToken.None)).Succeeded(out var pod, out var failure)
            .ShouldBeTrue(failure?.Message);
        return pod!;
    }

    /// <summary>The machine's processes that are the attacker's pod.</summary>
    public IReadOnlyCollection<int> ProcessesOfPod() =>
        PodCgroups.OfThisMachine(Options.Instance).Processes(_attacker);

    /// <summary>What the machine's kernel lets the attacker's pod have, as "file: value".</summary>
    public IReadOnlyList<string> LimitsOfPod() =>
        [.. FilesOf(_attacker, "pids.max", "memory.max", "memory.limit_in_bytes")
            .Select(file => $"{file}: {File.ReadAllText(file).Trim()}").Order()];

    /// <summary>A limit of a pod, by what the two kinds of cgroups call it.</summary>
    public static long LimitOf(PodId id, params string[] names) =>
        long.Parse(File.ReadAllText(FilesOf(id, names).First()));

    private static IEnumerable<string> FilesOf(PodId id, params string[] names) =>
        Directory.EnumerateDirectories("/sys/fs/cgroup", id.Value, SearchOption.AllDirectories)
            .SelectMany(Directory.EnumerateFiles)
            .Where(file => names.Contains(Path.GetFileName(file)));

    /// <summary>
    /// Tries a script in the pod, where it must not print the prize, and then where nothing keeps it from that.
    /// </summary>
    public async Task ShouldHoldAsync(string script, string prize = "pwned")
    {
        var confined = await Pod.RunAsync($"({script}\n)\necho tried");
        confined.ShouldContain("tried");
        confined.ShouldNotContain(prize);
        (await Control.RunAsync(script)).ShouldContain(prize);
    }
}

public sealed class RuncMachine() : HostileMachine(new ContainerdFixture());

public sealed class GvisorMachine() : HostileMachine(new GvisorFixture());

/// <summary>All attacks under one runtime, one after another.</summary>
[CollectionDefinition(Name)]
public sealed class UnderRunc : ICollectionFixture<RuncMachine>
{
    public const string Name = "attacks under runc";
}

/// <inheritdoc cref="UnderRunc"/>
[CollectionDefinition(Name)]
public sealed class UnderGvisor : ICollectionFixture<GvisorMachine>
{
    public const string Name = "attacks under gVisor";
}
