using Codius.Cli;
using Codius.Client.Payments;
using Codius.Client.Tests.Testing;
using Codius.Core;
using Codius.Core.Ledger;

namespace Codius.Client.Tests.Cli;

public sealed class UploadTests : IDisposable
{
    private readonly CliRun _cli = new();

    [Fact]
    public async Task An_upload_shows_the_price_asks_pays_and_notes_what_it_bought()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        _cli.Answer = "y\n";
        _cli.Payer.Report = new PaymentReport(2283106, 2283106);

        (await _cli.RunAsync(host, "upload", "--host", host.Uri.AbsoluteUri)).ShouldBe(ExitCode.Ok, _cli.Error);

        _cli.Error.ShouldContain("Price    0.002283106 XRP for 10 minutes, 10.00000428 XRP a month");
        _cli.Error.ShouldContain("Pay this? [y/N]");
        _cli.Out.ShouldContain($"Running  {HostScript.PodUrl}");
        _cli.Out.ShouldContain($"Hash     {HostScript.Hash}");
        _cli.Out.ShouldContain("Until    2026-11-20 11:02:44 UTC");
        _cli.Out.ShouldContain("Paid     0.002283106 XRP");
        _cli.Payer.Opened.ShouldHaveSingleItem().Maximum.ShouldBe(2283106UL);
        File.ReadAllText(_cli.PathOf("default.codiusstate.json")).ShouldContain("\"totalPaid\": \"2283106\"");
    }

    [Fact]
    public async Task A_program_gets_one_object_and_nothing_else_on_the_standard_output()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        _cli.Payer.Report = new PaymentReport(2283106, 2283106);
        (await _cli.RunAsync(host, "upload", "--host", host.Uri.AbsoluteUri, "-y", "--json")).ShouldBe(ExitCode.Ok);
        _cli.Out.TrimEnd().ShouldNotContain("\n");
        _cli.Json.GetProperty("ok").GetBoolean().ShouldBeTrue();
        _cli.Json.GetProperty("url").GetString().ShouldBe(HostScript.PodUrl);
        _cli.Json.GetProperty("manifestHash").GetString().ShouldBe(HostScript.Hash);
        _cli.Json.GetProperty("expiry").GetString().ShouldBe("2026-11-20T11:02:44.859Z");
        _cli.Json.GetProperty("paid").GetProperty("amount").GetString().ShouldBe("2283106");
        _cli.Json.GetProperty("paid").GetProperty("text").GetString().ShouldBe("0.002283106 XRP");
    }

    [Theory]
    [InlineData("n\n")]
    [InlineData("\n")]
    [InlineData("")]
    [InlineData("yes please\n")]
    public async Task Anything_but_a_yes_buys_nothing(string answer)
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        _cli.Answer = answer;
        (await _cli.RunAsync(host, "upload", "--host", host.Uri.AbsoluteUri)).ShouldBe(ExitCode.Cancelled);
        host.Asked.ShouldHaveSingleItem().Method.ShouldBe("OPTIONS");
        File.Exists(_cli.PathOf("default.codiusstate.json")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("--max-price 0.5", 500_000_000UL)]
    [InlineData("--max-monthly-rate 20 --units XRP", 4566211UL)]
    [InlineData("-m 20 -u XRP", 4566211UL)]
    [InlineData("", 2283106UL)]
    public async Task The_limit_is_what_the_user_says_or_ten_a_month(string options, ulong expected)
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        (await UploadAsync(host, options)).ShouldBe(ExitCode.Ok, _cli.Error);
        _cli.Payer.Opened.ShouldHaveSingleItem().Maximum.ShouldBe(expected);
    }

    [Theory]
    [InlineData("--max-price 0.002283105",
        "the host's price of 0.002283106 XRP is above your limit of 0.002283105 XRP")]
    [InlineData("-m 9.99", "the host's price of 0.002283106 XRP is above your limit of 0.002280822 XRP")]
    public async Task A_price_above_the_limit_is_not_paid(string options, string expected)
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        (await UploadAsync(host, options)).ShouldBe(ExitCode.PaymentFailed);
        _cli.Error.ShouldContain(expected);
        _cli.Payer.Opened.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--duration 0", "--duration must be a whole number of seconds from 1 to 2592000 (30 days)")]
    [InlineData("--max-price cheap", "--max-price must be a number with at most 9 decimal places")]
    [InlineData("--max-price -1", "--max-price must be a number with at most 9 decimal places")]
    [InlineData("--max-monthly-rate x", "--max-monthly-rate must be a number such as 10 or 2.5")]
    [InlineData("--max-price 1 -m 1", "give either --max-price or --max-monthly-rate, not both")]
    [InlineData("-m 1 -u EUR", "the limit is in EUR and you pay with XRP")]
    [InlineData("--btp http://x", "a BTP URL begins with btp+ws:// or btp+wss://")]
    [InlineData("--codius-file none.json", "there is no file")]
    [InlineData("--codius-vars-file none.json", "there is no file")]
    public async Task A_wrong_command_line_is_explained(string options, string expected)
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        (await UploadAsync(host, options)).ShouldBe(ExitCode.Usage);
        _cli.Error.ShouldContain(expected);
        _cli.Payer.Opened.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("upload")]
    [InlineData("upload --host ftp://x -y")]
    [InlineData("upload --host http://127.0.0.1 --nonsense")]
    [InlineData("nonsense")]
    public async Task What_is_no_command_is_refused(string arguments)
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        (await _cli.RunAsync(host, arguments.Split(' '))).ShouldBe(ExitCode.Usage);
        _cli.Error.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Who_is_to_have_what_the_pod_earns_is_told_with_the_upload_alone()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        string[] arguments = ["upload", "--host", host.Uri.AbsoluteUri, "-y", "--payout", "$wallet.example/alice"];
        (await _cli.RunAsync(host, arguments)).ShouldBe(ExitCode.Ok, _cli.Error);
        var asked = host.Asked.Where(asked => asked.Headers.ContainsKey("Pod-Payout")).ToList();
        asked.ShouldNotBeEmpty();
        asked.ShouldAllBe(asked => asked.Method == "POST" && asked.Headers["Pod-Payout"] == "$wallet.example/alice");
    }

    [Fact]
    public async Task Without_anybody_to_ask_a_yes_is_needed()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        (await _cli.RunAsync(host, "upload", "--host", host.Uri.AbsoluteUri, "--json")).ShouldBe(ExitCode.Usage);
        _cli.Json.GetProperty("error").GetString()!.ShouldContain("--assume-yes");
    }

    [Fact]
    public async Task A_refusal_without_money_is_a_refusal()
    {
        await using var host = await StandIn.StartAsync((context, _) => HostScript.RefuseAsync(context, 503, "full"));
        (await UploadAsync(host, "--json")).ShouldBe(ExitCode.Refused);
        _cli.Json.GetProperty("ok").GetBoolean().ShouldBeFalse();
        _cli.Json.GetProperty("exitCode").GetInt32().ShouldBe(2);
        _cli.Json.GetProperty("error").GetString().ShouldBe("full (503)");
        _cli.Error.ShouldContain("Nothing was paid.");
    }

    [Fact]
    public async Task A_pod_that_was_paid_for_and_does_not_run_says_what_is_owed()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling(
            context => HostScript.RefuseAsync(context, 500, "the pod did not start", ""","credited":"300" """)));
        _cli.Payer.Report = new PaymentReport(300, 300);
        (await UploadAsync(host, "--json")).ShouldBe(ExitCode.PaidForNothing);
        _cli.Error.ShouldContain("You paid 0.0000003 XRP. The host owes it to you");
        _cli.Json.GetProperty("credited").GetString().ShouldBe("300");
        _cli.Json.GetProperty("paid").GetProperty("amount").GetString().ShouldBe("300");
    }

    [Fact]
    public async Task A_payment_that_fails_is_told_apart_from_a_refusal()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        _cli.Payer.Unopenable = Failure.NotFound("no route to the host");
        (await UploadAsync(host, "")).ShouldBe(ExitCode.PaymentFailed);
        _cli.Error.ShouldContain("no route to the host");
        _cli.Error.ShouldContain("Nothing was paid.");
    }

    [Fact]
    public async Task A_provider_that_is_not_there_is_named()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        _cli.Payer.Connected = Failure.NotFound("connection refused");
        (await UploadAsync(host, "--btp btp+ws://127.0.0.1:1")).ShouldBe(ExitCode.PaymentFailed);
        _cli.Error.ShouldContain("no connection to btp+ws://127.0.0.1:1: connection refused");
        _cli.Error.ShouldContain("--btp");
    }

    [Fact]
    public async Task A_host_that_is_not_there_is_told()
    {
        var gone = await StandIn.StartAsync(HostScript.Selling());
        await gone.DisposeAsync();
        await using var other = await StandIn.StartAsync(HostScript.Selling());
        var code = await _cli.RunAsync(other, "upload", "--host", gone.Uri.AbsoluteUri, "-y");
        code.ShouldBe(ExitCode.Unreachable);
        _cli.Error.ShouldContain("cannot reach http://127.0.0.1");
    }

    [Fact]
    public async Task Cancelling_says_whether_money_moved()
    {
        using var cancel = new CancellationTokenSource();
        await using var host = await StandIn.StartAsync(HostScript.Selling(async context =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        _cli.Payer.Report = new PaymentReport(0, InDoubt: 2283106);
        string[] arguments = ["upload", "--host", host.Uri.AbsoluteUri, "-y", "--json"];
        var code = await CodiusCommand.RunAsync(arguments, _cli.Context(host), cancel.Token);
        ((ExitCode)code).ShouldBe(ExitCode.Cancelled);
        _cli.Error.ShouldContain("\n0.002283106 XRP was under way and may have been paid.");
        _cli.Json.GetProperty("inDoubt").GetProperty("amount").GetString().ShouldBe("2283106");
    }

    [Theory]
    [InlineData("btp+ws://a", "btp+ws://b", "btp+ws://c", "btp+ws://a")]
    [InlineData(null, "btp+ws://b", "btp+ws://c", "btp+ws://b")]
    [InlineData(null, null, "btp+ws://c", "btp+ws://c")]
    [InlineData(null, null, null, "btp+ws://127.0.0.1:7768")]
    public async Task The_provider_is_the_first_that_is_named(
        string? option, string? ours, string? theirs, string expected)
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        if (ours is not null)
            _cli.Variables["CODIUS_BTP"] = ours;
        if (theirs is not null)
            _cli.Variables["ILP_BTP_SERVER"] = theirs;
        (await UploadAsync(host, option is null ? "" : $"--btp {option}")).ShouldBe(ExitCode.Ok, _cli.Error);
        _cli.Servers.ShouldBe([expected]);
    }

    [Fact]
    public async Task Another_asset_than_the_hosts_needs_a_limit()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        _cli.Payer.Connected = new Asset("EUR", 4);
        (await UploadAsync(host, "-m 5 -u EUR")).ShouldBe(ExitCode.Ok, _cli.Error);
        _cli.Answer = "y\n";
        (await _cli.RunAsync(host, "upload", "--host", host.Uri.AbsoluteUri)).ShouldBe(ExitCode.Usage);
        _cli.Error.ShouldContain("say by --max-price how much");
    }

    [Fact]
    public async Task The_version_is_told()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        (await _cli.RunAsync(host, "--version")).ShouldBe(ExitCode.Ok);
        _cli.Out.ShouldStartWith(ThisVersion.Text);
    }

    public void Dispose() => _cli.Dispose();

    private Task<ExitCode> UploadAsync(StandIn host, string options) => _cli.RunAsync(
        host,
        ["upload", "--host", host.Uri.AbsoluteUri, "-y", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
}
