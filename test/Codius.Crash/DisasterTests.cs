using Codius.Crash.Customers;
using Codius.Crash.Disasters;
using Codius.Crash.Dying;
using Codius.EndToEnd;
using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.Crash;

/// <summary>What else can befall a host: its runtime, its disk, its uplink, its store.</summary>
public sealed class DisasterTests(Images images)
{
    [Fact]
    public async Task A_host_that_is_stopped_in_good_order_leaves_nothing_in_doubt()
    {
        await using var town = await Town.FoundAsync();
        var owner = await town.ServeAsync(Wish.Upload(Body(), 600));
        (await town.Host.StopAsync()).ShouldBe(0);
        await town.BeginNextLifeAsync();
        await town.ShouldBeRightAsync();
        (await Books.ReadAsync(town.Store)).InDoubtOf(owner.Token).ShouldBe(0);
        await town.ShouldEndCleanlyAsync();
    }

    [Theory]
    [InlineData("IPodRuntime.PullAsync:before")]
    [InlineData("IPodRuntime.CreateAsync:before")]
    [InlineData("IPodRuntime.StartAsync:before")]
    [InlineData("IHostStore.CommitAsync:before")]
    [InlineData("IHostStore.CommitAsync:after")]
    public async Task A_containerd_is_killed_while_a_pod_is_bought(string step)
    {
        await using var town = await Town.FoundAsync();
        await town.BeginLifeThatStopsAsync(Step.Of(StepAction.Wait, step));
        await town.Host.WaitUntilReadyAsync();
        var customer = await town.WelcomeAsync(Wish.Upload(Body(), 600));
        var buying = customer.TryAsync();
        await town.Host.Program.WaitForLineAsync(line => line == Step.ReachedLine);
        await town.Host.KillContainerdAsync();
        await town.Host.Program.WriteLineAsync("");
        await buying;
        await town.Host.WaitForContainerdAsync();
        await town.ShouldBeRightAsync();
        await town.ShouldEndCleanlyAsync();
    }

    [Fact]
    public async Task A_host_whose_uplink_is_cut_tells_what_is_in_doubt_and_goes_on()
    {
        await using var provider = await CodiusHost.StartAsync();
        await using var cable = new Cable(provider.Settings.PlayMoneyPort);
        await using var town = await Town.FoundAsync(
            new HostSettings { BtpUrl = $"btp+ws://:cable@127.0.0.1:{cable.Port}" },
            () => provider.BtpUrl(Guid.NewGuid().ToString("n")));
        var owner = await town.ServeAsync(Wish.Upload(Body(), 600));
        foreach (var step in new[]
        {
            "IPodRuntime.StartAsync:before", "IHostStore.CommitAsync:before", "IHostStore.CommitAsync:after",
        })
        {
            await town.BeginLifeThatStopsAsync(Step.Of(StepAction.Wait, step));
            await town.Host.WaitUntilReadyAsync();
            var buying = (await town.WelcomeAsync(Wish.Upload(Body(), 600))).TryAsync();
            await town.Host.Program.WaitForLineAsync(line => line == Step.ReachedLine);
            cable.Cut();
            await town.Host.Program.WriteLineAsync("");
            await buying;
            await town.Host.WaitUntilReadyAsync();
            await town.ShouldBeRightAsync();
        }

        (await Books.ReadAsync(town.Store)).InDoubtOf(owner.Token).ShouldBe(0);
        await town.ShouldEndCleanlyAsync();
    }

    [Theory]
    [InlineData(900)]
    [InlineData(-3600)]
    public async Task A_host_whose_clock_jumps_and_is_set_right_has_lost_no_pod_and_no_money(int seconds)
    {
        using var clock = new FalseClock();
        // Nothing that is sent now arrives in time.
        var impatient = new Dictionary<string, string> { ["Payments:PayTimeout"] = "00:00:08" };
        await using var town = await Town.FoundAsync(new HostSettings { Others = impatient });
        await town.BeginNextLifeAsync(clock.Wear(new ProgramStart(Programs.Codiusd)));
        var owner = await town.ServeAsync(Wish.Upload(Body(), 600));
        var unlucky = await town.WelcomeAsync(Wish.Upload(Body(), 600));
        clock.Set(TimeSpan.FromSeconds(seconds));
        await Deadline.UntilAsync(
            async () => Math.Abs(await town.LeadOfClockAsync() - seconds) < 60, "the host's clock has jumped");
        await unlucky.TryAsync();
        await town.ShouldServeAsync(owner);
        await town.ShouldBeRightAsync();
        clock.Set(TimeSpan.Zero);
        await town.ShouldBeRightAsync();
        await town.ServeAsync(Wish.Upload(Body(), 600));
        await town.ShouldBeRightAsync();
        await town.ShouldEndCleanlyAsync();
    }

    [Fact]
    public async Task A_host_whose_disk_is_full_sells_nothing_takes_nothing_and_loses_nothing()
    {
        await using var disk = await SmallDisk.MountAsync(kibibytes: 192 * 1024);
        // A host sells no pod for whose disk there is no room; this one sells more than there is.
        await using var town = await Town.FoundAsync(new HostSettings
        {
            Disk = disk.Path,
            Others = new Dictionary<string, string> { ["MaxDiskFraction"] = "1000" },
        });
        await town.ServeAsync(Wish.Upload(Body(), 600));
        disk.Fill();
        var unlucky = await town.WelcomeAsync(Wish.Upload(Body(), 600));
        await unlucky.TryAsync();
        unlucky.Status.ShouldNotBe(200);
        unlucky.Sent.ShouldBe(0UL);
        await town.Host.KillAsync();
        disk.MakeRoom();
        await town.BeginNextLifeAsync();
        await town.ShouldBeRightAsync();
        await town.ServeAsync(Wish.Upload(Body(), 600));
        await town.ShouldBeRightAsync();
        await town.ShouldEndCleanlyAsync();
    }

    [Fact]
    public async Task A_store_that_is_restored_from_its_backup_removes_what_it_does_not_know_and_says_so()
    {
        await using var town = await Town.FoundAsync();
        var known = await town.ServeAsync(Wish.Upload(Body(), 600));
        var copy = town.Store + ".copy";
        (await RunningProgram.RunAsync(new ProgramStart(Programs.Codiusd, "backup", copy, "--store", town.Store)))
            .EnsureSuccess();
        var later = await town.ServeAsync(Wish.Upload(Body(), 600));
        await town.Host.KillAsync();
        File.Move(copy, town.Store, overwrite: true);
        File.Delete(town.Store + "-wal");
        File.Delete(town.Store + "-shm");
        await town.BeginNextLifeAsync();
        await town.ForgetAsync(later);
        await town.ShouldBeRightAsync();
        StoreView.Read(town.Store).Pods.Keys.ShouldBe([Town.HashOf(known)!]);
        town.Host.Lines.ShouldContain(line => line.Contains("The store is a copy of"));
        await town.ShouldEndCleanlyAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_store_of_an_older_schema_keeps_its_sums_and_its_credits(int schema)
    {
        await using var town = await Town.FoundAsync();
        (await town.Host.StopAsync()).ShouldBe(0);
        const long Credit = 5_000_000;
        const string Secret = "a-secret-of-somebody-from-long-ago";
        await OldStore.WriteAsync(town.Store, schema, Secret, Credit);
        await town.BeginNextLifeAsync();
        var owner = await town.WelcomeAsync(Wish.Upload(Body(), 600));
        owner.Credit = Secret;
        await owner.TryAsync();
        owner.Status.ShouldBe(200, owner.Answer.ToString());
        owner.Sent.ShouldBe(0UL);
        await town.ShouldBeRightAsync();
        await town.ShouldEndCleanlyAsync();
    }

    private string Body() => new SampleManifest(images.Hello).ToBody();
}
