using Codius.Core;
using Codius.Core.Pods;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

public sealed class ScriptedPodRuntimeTests
{
    private readonly ScriptedPodRuntime _runtime = new(TimeProvider.System);

    private static ImageReference Image => ContainerdFixture.Reference("a");

    [Fact]
    public async Task An_operation_fails_once_as_the_test_says()
    {
        var failure = new Failure(FailureKind.ImageUnavailable, "later", Blame.Upstream, Retryable: true);
        _runtime.On(RuntimeOperation.Pull).FailNext(failure);
        (await _runtime.PullAsync(Image, default)).Failure.ShouldBe(failure);
        (await _runtime.PullAsync(Image, default)).Failure.ShouldBeNull();
        _runtime.On(RuntimeOperation.Pull).Calls.ShouldBe(2);
    }

    [Fact]
    public async Task An_operation_waits_at_its_gate()
    {
        var gate = _runtime.On(RuntimeOperation.Pull).Close();
        var pull = _runtime.PullAsync(Image, default);
        await gate.Reached;
        pull.IsCompleted.ShouldBeFalse();
        gate.Open();
        (await pull).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task A_broken_runtime_throws()
    {
        _runtime.On(RuntimeOperation.List).ThrowNext(new IOException("away"));
        await Should.ThrowAsync<IOException>(() => _runtime.ListAsync(default));
        (await _runtime.ListAsync(default)).ShouldBeEmpty();
    }
}
