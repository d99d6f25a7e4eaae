using Codius.Crash.Customers;
using Codius.Crash.Dying;
using Codius.EndToEnd;
using Codius.EndToEnd.Clients;
using Xunit;

namespace Codius.Crash;

/// <summary>Hosts that are killed at a named step while somebody buys.</summary>
public sealed class CrashedSaleTests(CrashedSaleTests.Place place, Images images)
    : IClassFixture<CrashedSaleTests.Place>
{
    private const ulong Part = 100_000;

    private Town Town => place.Town;

    private string Body => new SampleManifest(images.Hello).ToBody();

    [Theory]
    [InlineData("IPodRuntime.PullAsync:after")]
    [InlineData("IPodRuntime.CreateAsync:before")]
    [InlineData("IPodRuntime.CreateAsync:after")]
    [InlineData("IPodRuntime.StartAsync:after")]
    [InlineData("IHostStore.CommitAsync:before")]
    [InlineData("IHostStore.CommitAsync:after")]
    [InlineData("IPodRuntime.UncageAsync:after")]
    [InlineData("Answer.Sold:before")]
    [InlineData("IHostStore.ConfirmAcceptancesAsync:before")]
    [InlineData("IHostStore.ConfirmAcceptancesAsync:after")]
    public Task A_host_is_killed_while_a_pod_is_bought(string step) =>
        DieAsync(step, async () => await (await Town.WelcomeAsync(Wish.Upload(Body, 600))).TryAsync());

    [Theory]
    [InlineData("ITill.Ask:before")]
    [InlineData("IPodRuntime.StartAsync:after")]
    [InlineData("IHostStore.CommitAsync:before")]
    [InlineData("IHostStore.CommitAsync:after")]
    [InlineData("Answer.Sold:before")]
    public Task A_host_is_killed_while_a_pod_is_bought_with_the_first_packet(string step) => DieAsync(step, async () =>
        await (await Town.WelcomeAsync(Wish.Upload(Body, 600) with { PaysAtOnce = true })).TryAsync());

    [Theory]
    [InlineData("IHostStore.RecordPartPaymentAsync:before")]
    [InlineData("IHostStore.RecordPartPaymentAsync:after")]
    [InlineData("IHostStore.CommitAsync:before")]
    [InlineData("IHostStore.CommitAsync:after")]
    public Task A_host_is_killed_while_a_pod_is_paid_for_in_parts(string step) => DieAsync(step, async () =>
        await (await Town.WelcomeAsync(Wish.Upload(Body, 600) with { FirstPart = Part })).TryAsync());

    [Theory]
    [InlineData("IHostStore.CommitAsync:before:2")]
    [InlineData("IHostStore.CommitAsync:after:2")]
    [InlineData("Answer.Sold:before:2")]
    public Task A_host_is_killed_while_a_pod_is_extended(string step) => DieAsync(step, async () =>
    {
        var owner = await Town.ServeAsync(Wish.Upload(Body, 600));
        await (await Town.WelcomeAsync(Wish.Extend(Town.HashOf(owner)!, 600))).TryAsync();
    });

    [Theory]
    [InlineData("IHostStore.BeginReturnAsync:before")]
    [InlineData("IHostStore.BeginReturnAsync:after")]
    [InlineData("ITill.ReturnAsync:after")]
    [InlineData("IHostStore.SettleReturnAsync:after")]
    [InlineData("IHostStore.VoidAsync:before")]
    [InlineData("IHostStore.VoidAsync:after")]
    public Task A_host_is_killed_while_it_sends_back_what_was_paid_for_a_pod_that_failed(string step) =>
        DieAsync(step, async () =>
        {
            var failing = new SampleManifest(images.Hello) { Command = ["sh", "-c", "exit 3"] }.ToBody();
            var wish = Wish.Upload(failing, 600) with { FirstPart = Part, TakesBack = true };
            await (await Town.WelcomeAsync(wish)).TryAsync();
        });

    private async Task DieAsync(string step, Func<Task> buying)
    {
        await Town.BeginLifeThatStopsAsync(Step.Of(StepAction.Die, step));
        await Town.Host.WaitUntilReadyAsync();
        await buying();
        await Town.Host.WaitForEndAsync();
        await Town.BeginNextLifeAsync();
        await Town.ShouldBeRightAsync();
        await Town.ShouldEndCleanlyAsync();
    }

    public sealed class Place : Founding;
}
