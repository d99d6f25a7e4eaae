using Codius.Crash.Customers;
using Codius.Crash.Dying;
using Codius.EndToEnd;
using Codius.EndToEnd.Clients;
using Codius.Testing.Processes;
using Xunit;

namespace Codius.Crash;

/// <summary>Hosts that are killed at a named step while a pod ends, or is brought back.</summary>
public sealed class CrashedEndTests(CrashedEndTests.Place place, Images images) : IClassFixture<CrashedEndTests.Place>
{
    private Town Town => place.Town;

    private string Body => new SampleManifest(images.Hello).ToBody();

    [Theory]
    [InlineData("IHostStore.PausePodAsync:before")]
    [InlineData("IHostStore.PausePodAsync:after")]
    [InlineData("IPodRuntime.PauseAsync:after")]
    [InlineData("IHostStore.EndPodAsync:before")]
    [InlineData("IHostStore.EndPodAsync:after")]
    [InlineData("IPodRuntime.StopAsync:after")]
    [InlineData("IPodRuntime.RemoveAsync:after")]
    public Task A_host_is_killed_while_the_time_of_a_pod_is_over(string step) =>
        DieAsync(step, async () => await Town.ServeAsync(Wish.Upload(Body, 2)));

    [Theory]
    [InlineData("IPodRuntime.ResumeAsync:after")]
    [InlineData("IHostStore.CommitAsync:before:2")]
    [InlineData("IHostStore.CommitAsync:after:2")]
    public Task A_host_is_killed_while_a_paused_pod_is_paid_for(string step) => DieAsync(step, async () =>
    {
        var owner = await Town.ServeAsync(Wish.Upload(Body, 3));
        await Deadline.UntilAsync(
            () => StoreView.Read(Town.Store).Pods[Town.HashOf(owner)!].IsPaused, "it is paused");
        await (await Town.WelcomeAsync(Wish.Extend(Town.HashOf(owner)!, 600))).TryAsync();
    });

    [Theory]
    [InlineData("IHostStore.EndPodAsync:before")]
    [InlineData("IHostStore.EndPodAsync:after")]
    [InlineData("IPodRuntime.StopAsync:after")]
    [InlineData("IHostStore.BeginReturnAsync:before")]
    [InlineData("IHostStore.BeginReturnAsync:after")]
    [InlineData("ITill.ReturnAsync:after")]
    [InlineData("IHostStore.SettleReturnAsync:after")]
    public Task A_host_is_killed_while_a_pod_is_stopped_and_its_payer_paid_back(string step) =>
        DieAsync(step, async () =>
        {
            var owner = await Town.ServeAsync(Wish.Upload(Body, 600));
            await (await Town.WelcomeAsync(Wish.Stop(Town.HashOf(owner)!, owner.Capability))).TryAsync();
        });

    [Theory]
    [InlineData("IHostStore.OpenAsync:after")]
    [InlineData("IHostStore.VoidOpenOperationsAsync:after")]
    [InlineData("IPodRuntime.CreateAsync:after")]
    [InlineData("IHostStore.ResumePodAsync:before")]
    [InlineData("IHostStore.ResumePodAsync:after")]
    [InlineData("IHostStore.WriteHeartbeatAsync:after")]
    public async Task A_host_is_killed_while_it_brings_back_pods_after_a_reboot(string step)
    {
        if (!Town.Host.IsAlive)
            await Town.BeginNextLifeAsync();
        await Town.ServeAsync(Wish.Upload(Body, 600));
        await Town.Host.KillAsync();
        await Town.Host.RemovePodsAsync();
        await DieAsync(step, () => Task.CompletedTask, waits: false);
    }

    private async Task DieAsync(string step, Func<Task> life, bool waits = true)
    {
        await Town.BeginLifeThatStopsAsync(Step.Of(StepAction.Die, step));
        if (waits)
            await Town.Host.WaitUntilReadyAsync();
        await life();
        await Town.Host.WaitForEndAsync();
        await Town.BeginNextLifeAsync();
        await Town.ShouldBeRightAsync();
        await Town.ShouldEndCleanlyAsync();
    }

    public sealed class Place : Founding;
}
