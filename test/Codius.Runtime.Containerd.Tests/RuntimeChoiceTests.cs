using Codius.Testing.Processes;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>
/// Which isolation a host takes, with a real containerd that tries each. What does not work here is a program that ends
/// at once, as gVisor does on a kernel that is too new for it.
/// </summary>
[Trait("Suite", "runtime")]
public sealed class RuntimeChoiceTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _programs = new();
    private readonly LogLines _log = new();
    private ContainerdPodRuntime? _runtime;

    public RuntimeChoiceTests()
    {
        Options = new ContainerdFixture().Options;
        Options.RuntimeHandler = "auto";
    }

    private ContainerdOptions Options { get; }

    [Fact]
    public async Task Gvisor_is_taken_where_it_works_and_is_not_tried_again_by_the_next_life()
    {
        Options.RuntimePath = await GvisorFixture.InstallAsync();
        Options.TrustCode = true;
        await OpenAsync("gvisor");
        _log.ShouldTell(
            "Pods are isolated by gVisor", "with a stand-in for its shim", "not taken: containerd-shim-kata");
        await OpenAsync("gvisor");
        _log.ShouldTell("as since the machine was started");
    }

    [Fact]
    public async Task Gvisor_whose_shim_does_not_work_is_taken_with_the_stand_in()
    {
        File.CreateSymbolicLink(_programs["runsc"], await GvisorFixture.InstallAsync());
        Write("containerd-shim-runsc-v1", "echo too old >&2; exit 1");
        Options.RuntimePath = _programs["runsc"];
        await OpenAsync("gvisor");
        _log.ShouldTell("with its own shim) does not work here", "with a stand-in for its shim");
    }

    /// <summary>Kata itself needs a machine with virtualisation; here its name is containerd's stock shim.</summary>
    [Fact]
    public async Task Kata_is_a_handler_where_its_shim_is_installed()
    {
        var stock = (await RunningProgram.RunAsync(new ProgramStart("which", "containerd-shim-runc-v2"))).Output.Trim();
        File.CreateSymbolicLink(_programs["containerd-shim-kata-v2"], stock);
        Options.RuntimeHandler = "kata";
        Options.RuntimePath = _programs["containerd-shim-kata-v2"];
        await OpenAsync("kata");
    }

    [Fact]
    public async Task Where_nothing_works_the_runtime_does_not_open_and_says_why_of_each()
    {
        Options.RuntimePath = Write("runsc", "echo no network in this kernel >&2; exit 1");
        _runtime = new ContainerdPodRuntime(Options, TimeProvider.System, _log);
        var failure = (await _runtime.OpenAsync(CancellationToken.None)).Failure.ShouldNotBeNull();
        failure.Retryable.ShouldBeFalse();
        failure.Message.ShouldContain("does not work here");
        failure.Message.ShouldContain("containerd-shim-kata-v2 is not installed");
        failure.Message.ShouldContain("not said to be trusted");
    }

    [Fact]
    public async Task Only_for_trusted_code_there_is_runc_in_the_end()
    {
        Options.RuntimePath = Write("runsc", "exit 1");
        Options.TrustCode = true;
        await OpenAsync("runc");
        _log.ShouldTell(
            "Pods are isolated by runc", $"({Options.RuntimePath} with a stand-in for its shim) does not work");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_runtime is not null)
        {
            await _runtime.DestroyAsync(CancellationToken.None);
            await _runtime.DisposeAsync();
        }

        Directory.Delete(Options.RootDirectory, recursive: true);
        Directory.Delete(Options.StateDirectory, recursive: true);
        _programs.Dispose();
        _log.Dispose();
    }

    private async Task OpenAsync(string isolation)
    {
        if (_runtime is not null)
            await _runtime.DisposeAsync();
        _log.Clear();
        _runtime = new ContainerdPodRuntime(Options, TimeProvider.System, _log);
        (await _runtime.OpenAsync(CancellationToken.None)).Failure.ShouldBeNull();
        _runtime.Info.Isolation.ShouldBe(isolation);
        (await _runtime.ListAsync(CancellationToken.None)).ShouldBeEmpty();
        (await MachineTraces.CountAsync(Options)).ShouldSatisfyAllConditions(
            t => t.Containers.ShouldBe(0), t => t.Addresses.ShouldBe(0), t => t.Routes.ShouldBe(0));
    }

    private string Write(string name, string script)
    {
        var path = _programs[name];
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
