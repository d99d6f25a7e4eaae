using System.Text.Json;
using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>Ends of hosts, runtimes and clients while a pod is being bought.</summary>
public sealed class SuddenEndTests(PlayMoneyHost fixture, Images images, ITestOutputHelper output)
    : IClassFixture<PlayMoneyHost>
{
    private const ulong PriceOfTenMinutes = 2_283_106;
    private const string TenMinutes = "/pods?duration=600";

    private CodiusHost Host => fixture.Host;

    [Fact]
    public async Task Whenever_a_host_is_killed_payers_have_sent_no_more_than_it_has_booked()
    {
        const int Lives = 4;
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var pod = await StepPayer.BuyAsync(Host, new SampleManifest(images.Hello).ToBody(), 600);
        var extension = $"/pods?manifestHash={pod.GetProperty("manifestHash").GetString()}&duration=600";
        var ledger = Host.Ledger;
        var sent = 0UL;
        for (var life = 0; life < Lives; life++)
        {
            await using var payer = await StepPayer.ConnectAsync(Host);
            var buying = life % 2 == 0
                ? payer.PayAsync(TenMinutes, new SampleManifest(images.Hello).ToBody())
                : payer.PayAsync(extension, null, HttpMethod.Put);
            // At any moment from the request to the answer.
            await Task.WhenAny(buying, Task.Delay(random.Next(life % 2 == 0 ? 1200 : 200)));
            await Host.KillAsync();
            await Record.ExceptionAsync(() => buying);
            sent += payer.Sent;
            await Host.StartAsync();
            Host.Ledger.IsBalanced.ShouldBeTrue();
            sent.ShouldBeLessThanOrEqualTo((ulong)(Host.Ledger.Received - ledger.Received));
        }

        // At most one lease for each kill was given away.
        ((ulong)(Host.Ledger.Received - ledger.Received) - sent).ShouldBeLessThanOrEqualTo(Lives * PriceOfTenMinutes);
        await Deadline.UntilAsync(
            async () => (await Host.LeftoversAsync()).Directories
                == (await Host.GetJsonAsync("/info")).GetProperty("runningContracts").GetInt32(),
            "only pods that were paid for are there");
    }

    [Fact]
    public async Task A_host_that_is_stopped_while_a_pod_starts_sells_it_first()
    {
        var before = await Host.LeftoversAsync();
        await using var payer = await StepPayer.ConnectAsync(Host);
        var buying = payer.PayAsync(TenMinutes, Slow(seconds: 2));
        await StartingAsync(before);
        (await Host.StopAsync()).ShouldBe(0);
        var sold = await buying;
        var pod = JsonElement.Parse(await sold.Content.ReadAsStringAsync());
        ((int)sold.StatusCode).ShouldBe(200, pod.ToString());
        await payer.ShouldHaveSentAsync(PriceOfTenMinutes);
        await Host.StartAsync();
        (await Host.FetchAsync(pod)).ShouldContain("Hello from");
    }

    [Fact]
    public async Task A_containerd_that_is_killed_while_a_pod_starts_costs_nobody_anything()
    {
        var before = await Host.LeftoversAsync();
        var ledger = Host.Ledger;
        await using var payer = await StepPayer.ConnectAsync(Host);
        var buying = payer.PayAsync(TenMinutes, Slow(seconds: 3));
        await StartingAsync(before);
        await Host.KillContainerdAsync();
        using var answer = await buying;
        if (answer.IsSuccessStatusCode)
        {
            await payer.ShouldHaveSentAsync(PriceOfTenMinutes);
            var pod = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
            (await Host.FetchAsync(pod)).ShouldContain("Hello from");
            return;
        }

        payer.Sent.ShouldBe(0UL);
        Host.Ledger.ShouldBe(ledger);
        await Host.WaitForContainerdAsync();
        await Host.ShouldHaveLeftNothingAsync(before);
    }

    [Fact]
    public async Task A_client_that_is_interrupted_while_its_pod_starts_pays_nothing_and_says_so()
    {
        var before = await Host.LeftoversAsync();
        var ledger = Host.Ledger;
        using var project = new Project(new SampleManifest(images.Hello) { Command = ["sleep", "1000"] }.ToJson());
        await using var cli = new CodiusCli(project).Start(
            "upload", "--host", $"{Host.Url}", "--duration", "600", "-y", "--json", "--btp", Host.BtpUrl("buyer"));
        await StartingAsync(before);
        (await RunningProgram.RunAsync(new ProgramStart("kill", "-INT", $"{cli.Id}"))).EnsureSuccess();
        (await cli.WaitForExitAsync()).ShouldBe(130);
        string.Concat(cli.OutputLines).ShouldContain("\"exitCode\":130");
        await Host.ShouldHaveLeftNothingAsync(before);
        Host.Ledger.ShouldBe(ledger);
    }

    [Fact]
    public async Task A_payer_that_disappears_after_a_part_has_a_credit_for_it()
    {
        var ledger = Host.Ledger;
        var body = new SampleManifest(images.Hello).ToBody();
        await using var payer = await StepPayer.ConnectAsync(Host);
        payer.Credit = "a-secret-of-somebody-who-disappears";
        await payer.FollowAsync(await payer.RequestAsync(TenMinutes, body), sendMax: 100_000);
        using var leaving = new CancellationTokenSource();
        var buying = payer.RequestAsync(TenMinutes, body, cancellationToken: leaving.Token);
        await payer.ShouldHaveSentAsync(100_000);
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(buying);

        Host.Ledger.ShouldBe(ledger.AfterCredit(100_000));
        await using var again = await StepPayer.ConnectAsync(Host);
        again.Credit = payer.Credit;
        ((int)(await again.PayAsync(TenMinutes, body)).StatusCode).ShouldBe(200);
        await again.ShouldHaveSentAsync(PriceOfTenMinutes - 100_000);
    }

    private string Slow(int seconds) =>
        new SampleManifest(images.Hello) { Command = ["sh", "-c", $"sleep {seconds}; exec /bin/hello"] }.ToBody();

    /// <summary>The pod's sandbox and its container run.</summary>
    private Task StartingAsync(Leftovers before) => Deadline.UntilAsync(
        async () => (await Host.LeftoversAsync()).Tasks >= before.Tasks + 2, "the pod is being started");
}
