using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>Unmodified ilp-plugin in pods: what they earn, what they spend, and what becomes of it.</summary>
public sealed class PodEarningsTests
{
    private const long Threshold = 3_000_000;

    [Theory]
    [InlineData("runc")]
    [InlineData("runsc")]
    public async Task A_pod_is_paid_pays_and_its_uploader_gets_what_it_earned_whatever_kills_the_host(string handler)
    {
        await using var host = await StartAsync(handler);
        await using var payee = await Payee.StartAsync(host.BtpUrl("payee"));
        var pod = await EarnerPod.BuyAsync(host, payee.Url);
        (await pod.EarnAsync(2_000_000)).ShouldBe(2_000_000UL);
        (await pod.SaysItEarnedAsync()).ShouldBe(2_000_000);
        (await pod.EarningsAsync()).ShouldBe((2_000_000, 0, 0));

        (await pod.SpendAsync(payee.CreateCredentials(), 500_000)).ShouldBe((200, "500000"));
        payee.Received.ShouldBe(500_000);
        (await pod.EarningsAsync()).ShouldBe((1_500_000, 0, 0));

        await host.KillAsync();
        await host.StartAsync();
        (await pod.EarningsAsync()).ShouldBe((1_500_000, 0, 0));
        // The program's plugin connects again by itself.
        await Deadline.UntilAsync(
            async () => await TryAsync(() => pod.EarnAsync(2_500_000)) == 2_500_000UL,
            "the pod is paid by the host's next life",
            TimeSpan.FromSeconds(60));
        await WaitAsync(host, async () => (await pod.EarningsAsync()).PaidOut == 4_000_000, "it is paid out");
        (payee.Received, (await pod.EarningsAsync()).Balance).ShouldBe((4_500_000, 0));

        (await pod.EarnAsync(7)).ShouldBe(7UL);
        await pod.EndAsync();
        await WaitAsync(host, async () => (await pod.EarningsAsync()).PaidOut == 4_000_007, "the rest is paid out");
        (payee.Received, await pod.EarningsAsync()).ShouldBe((4_500_007, (0, 4_000_007, 0)));
        host.Ledger.IsBalanced.ShouldBeTrue();
    }

    [Theory]
    [InlineData("runc")]
    [InlineData("runsc")]
    public async Task A_pod_spends_what_it_has_earned_and_nothing_more(string handler)
    {
        await using var host = await StartAsync(handler);
        await using var payee = await Payee.StartAsync(host.BtpUrl("payee"));
        var pod = await EarnerPod.BuyAsync(host, payout: null);
        (await pod.EarnAsync(1_000_000)).ShouldBe(1_000_000UL);
        (await pod.SpendAsync(payee.CreateCredentials(), 1_000_001)).Status.ShouldBe(500);
        payee.Received.ShouldBeLessThanOrEqualTo(1_000_000);
        var left = (await pod.EarningsAsync()).Balance;
        (left + payee.Received).ShouldBe(1_000_000);
        if (left > 0)
            (await pod.SpendAsync(payee.CreateCredentials(), (ulong)left)).ShouldBe((200, $"{left}"));
        (await pod.EarningsAsync()).ShouldBe((0, 0, 0));
        payee.Received.ShouldBe(1_000_000);
    }

    [Fact]
    public async Task A_host_that_is_killed_again_and_again_while_it_pays_out_pays_no_more_than_it_says()
    {
        const int Kills = 5;
        await using var host = await StartAsync("runc");
        await using var payee = await Payee.StartAsync(host.BtpUrl("payee"));
        var pod = await EarnerPod.BuyAsync(host, payee.Url);
        var random = new Random(20260301);
        var earned = 0L;
        for (var life = 0; life < Kills; life++)
        {
            await Deadline.UntilAsync(
                async () => await TryAsync(() => pod.EarnAsync(Threshold)) == Threshold,
                "the pod is paid",
                TimeSpan.FromSeconds(60));
            earned += Threshold;
            var moment = DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(random.Next(1500));
            await Deadline.UntilAsync(() => DateTimeOffset.UtcNow >= moment, "a random moment");
            await host.KillAsync();
            await host.StartAsync();
        }

        await pod.EndAsync();
        await WaitAsync(host, async () => (await pod.EarningsAsync()).PaidOut == earned, "all is paid out");
        var (left, _, inDoubt) = await pod.EarningsAsync();
        left.ShouldBe(0);
        payee.Received.ShouldBeInRange(earned, earned + inDoubt);
        host.Ledger.IsBalanced.ShouldBeTrue();
    }

    private static Task<CodiusHost> StartAsync(string handler) => CodiusHost.StartAsync(new HostSettings
    {
        Handler = handler,
        Others = new Dictionary<string, string>
        {
            ["PodAccounts:PayoutInterval"] = "00:00:01",
            ["PodAccounts:PayoutThreshold"] = $"{Threshold}",
        },
    });

    private static async Task WaitAsync(CodiusHost host, Func<Task<bool>> holds, string what)
    {
        try
        {
            await Deadline.UntilAsync(holds, what, TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException e)
        {
            throw host.Program.Failure(e.Message);
        }
    }

    // While the pod's program is not connected again, there is nobody to be paid.
    private static async Task<ulong> TryAsync(Func<Task<ulong>> pay)
    {
        try
        {
            return await pay();
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException)
        {
            return 0;
        }
    }
}
