using Codius.Cli;
using Codius.Client.Payments;
using Codius.Client.Tests.Testing;
using Microsoft.AspNetCore.Http;

namespace Codius.Client.Tests.Cli;

public sealed class ExtendAndLogsTests : IDisposable
{
    private readonly CliRun _cli = new();

    [Fact]
    public async Task The_pod_of_the_folder_is_extended_and_what_was_paid_added_up()
    {
        await using var host = await StandIn.StartAsync(WithDetails(HostScript.Selling()));
        _cli.Payer.Report = new PaymentReport(2283106, 2283106);
        (await _cli.RunAsync(host, "upload", "--host", host.Uri.AbsoluteUri, "-y")).ShouldBe(ExitCode.Ok, _cli.Error);
        (await _cli.RunAsync(host, "extend", "-y")).ShouldBe(ExitCode.Ok, _cli.Error);
        host.Asked[^1].Path.ShouldBe($"/pods?manifestHash={HostScript.Hash}&duration=600");
        _cli.Out.ShouldContain("Extended");
        File.ReadAllText(_cli.PathOf("default.codiusstate.json")).ShouldContain("\"totalPaid\": \"4566212\"");
    }

    [Fact]
    public async Task Any_pod_is_extended_by_its_address()
    {
        await using var host = await StandIn.StartAsync(WithDetails(HostScript.Selling()));
        var pod = $"http://{HostScript.Hash}.localhost:{host.Uri.Port}/";
        string[] arguments = ["extend", pod, "--host", host.Uri.AbsoluteUri, "-y"];
        (await _cli.RunAsync(host, arguments)).ShouldBe(ExitCode.Ok, _cli.Error);
        host.Asked.Select(asked => asked.Method).ShouldBe(["GET", "OPTIONS", "PUT", "PUT"]);
        host.Asked[1].Body.ShouldNotContain("private");
    }

    [Theory]
    [InlineData("extend", "upload a pod first, or name one")]
    [InlineData("extend nonsense", "neither a manifest's hash nor a pod's address")]
    [InlineData("extend " + HostScript.Hash, "add --host")]
    [InlineData("logs", "upload a pod first, or name one")]
    public async Task A_pod_must_be_known(string arguments, string expected)
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        (await _cli.RunAsync(host, arguments.Split(' '))).ShouldBe(ExitCode.Usage);
        _cli.Error.ShouldContain(expected);
    }

    [Fact]
    public async Task A_pod_that_is_gone_is_told()
    {
        await using var host = await StandIn.StartAsync((context, _) => HostScript.RefuseAsync(context, 404, "no pod"));
        string[] arguments = ["extend", HostScript.Hash, "--host", host.Uri.AbsoluteUri, "-y"];
        (await _cli.RunAsync(host, arguments)).ShouldBe(ExitCode.Refused);
        _cli.Error.ShouldContain("Upload it again.");
    }

    [Fact]
    public async Task Logs_are_printed_line_by_line()
    {
        await using var host = await StandIn.StartAsync((context, _) =>
            context.Response.WriteAsync("app stdout one\nping\napp stderr two\n"));
        string[] arguments = ["logs", HostScript.Hash, "--host", host.Uri.AbsoluteUri, "-f"];
        (await _cli.RunAsync(host, arguments)).ShouldBe(ExitCode.Ok);
        host.Asked[0].Path.ShouldEndWith("?follow=true");
        _cli.Out.ReplaceLineEndings("\n").ShouldBe("app | one\napp | two\n");
    }

    [Fact]
    public async Task Logs_for_programs_are_an_object_a_line()
    {
        await using var host = await StandIn.StartAsync(
            (context, _) => context.Response.WriteAsync("app stderr two\n"));
        await _cli.RunAsync(host, "logs", HostScript.Hash, "--host", host.Uri.AbsoluteUri, "--json");
        _cli.Json.GetProperty("stream").GetString().ShouldBe("stderr");
        _cli.Json.GetProperty("text").GetString().ShouldBe("two");
    }

    [Fact]
    public async Task Logs_that_are_not_public_say_how_they_would_be()
    {
        await using var host = await StandIn.StartAsync(
            (context, _) => HostScript.RefuseAsync(context, 403, "not debug"));
        string[] arguments = ["logs", HostScript.Hash, "--host", host.Uri.AbsoluteUri];
        (await _cli.RunAsync(host, arguments)).ShouldBe(ExitCode.Refused);
        _cli.Error.ShouldContain("--debug");
    }

    [Fact]
    public async Task The_right_to_a_pod_is_brought_with_its_purchases_kept_and_shown_for_its_logs()
    {
        var selling = HostScript.Selling();
        await using var host = await StandIn.StartAsync((context, asked) =>
            asked.Path.Contains("/logs", StringComparison.Ordinal)
                ? context.Response.WriteAsync("app stdout 2026-11-20T12:00:00.5Z one two\n")
                : selling(context, asked));
        (await _cli.RunAsync(host, "upload", "--host", host.Uri.AbsoluteUri, "-y")).ShouldBe(ExitCode.Ok, _cli.Error);
        var capability = host.Asked[^1].Headers["Pod-Capability"];
        host.Asked.Where(asked => asked.Method == "OPTIONS")
            .ShouldAllBe(asked => !asked.Headers.ContainsKey("Pod-Capability"));
        _cli.Out.ShouldNotContain(capability);
        (await _cli.RunAsync(host, "upload", "--host", host.Uri.AbsoluteUri, "-y")).ShouldBe(ExitCode.Ok, _cli.Error);
        host.Asked[^1].Headers["Pod-Capability"].ShouldBe(capability, "more of the same pod is the same right");

        string[] arguments = ["logs", "--tail", "5", "--since", "2026-11-20", "-t", "--container", "app"];
        (await _cli.RunAsync(host, arguments)).ShouldBe(ExitCode.Ok, _cli.Error);
        host.Asked[^1].Path.ShouldEndWith(
            "/logs?tail=5&since=2026-11-20T00:00:00.0000000Z&timestamps=true&container=app");
        host.Asked[^1].Headers["Authorization"].ShouldBe("Bearer " + capability);
        _cli.Out.ShouldContain("2026-11-20T12:00:00.500Z app | one two");
        string[] elsewhere = ["logs", "--host", $"http://localhost:{host.Uri.Port}"];
        await _cli.RunAsync(host, elsewhere);
        host.Asked[^1].Headers.ContainsKey("Authorization").ShouldBeFalse("another host is shown no secret");
    }

    [Theory]
    [InlineData("--since yesterday")]
    [InlineData("--since 99999999d")]
    [InlineData("--tail -1")]
    public async Task Lines_that_cannot_be_chosen_so_are_not_asked_for(string options)
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        string[] arguments = ["logs", HostScript.Hash, "--host", host.Uri.AbsoluteUri, .. options.Split(' ')];
        (await _cli.RunAsync(host, arguments)).ShouldBe(ExitCode.Usage);
        host.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopping_shows_the_right_and_says_what_became_of_the_money()
    {
        const string Stopped = $$$"""
            {"manifestHash":"{{{HostScript.Hash}}}","ended":true,"reason":"stopped",
             "settled":[{"asset":{"code":"XRP","scale":9},"earned":"100","returned":"0","credited":"900"}]}
            """;
        var selling = HostScript.Selling();
        await using var host = await StandIn.StartAsync((context, asked) => asked.Method == "DELETE"
            ? HostScript.JsonAsync(context, Stopped)
            : selling(context, asked));
        (await _cli.RunAsync(host, "upload", "--host", host.Uri.AbsoluteUri, "-y")).ShouldBe(ExitCode.Ok, _cli.Error);
        (await _cli.RunAsync(host, "stop")).ShouldBe(ExitCode.Ok, _cli.Error);
        host.Asked[^1].Path.ShouldBe($"/pods/{HostScript.Hash}");
        host.Asked[^1].Headers["Authorization"].ShouldStartWith("Bearer ");
        host.Asked[^1].Token.ShouldNotBeNull();
        _cli.Out.ShouldContain("Used     0.0000001 XRP");
        _cli.Out.ShouldContain("Owed     0.0000009 XRP");
        _cli.Out.ShouldNotContain("Returned");
    }

    [Fact]
    public async Task A_pod_that_was_not_bought_from_here_is_not_stopped()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        string[] arguments = ["stop", HostScript.Hash, "--host", host.Uri.AbsoluteUri];
        (await _cli.RunAsync(host, arguments)).ShouldBe(ExitCode.Usage);
        host.Asked.ShouldBeEmpty();
    }

    public void Dispose() => _cli.Dispose();

    private static Func<HttpContext, AskedRequest, Task> WithDetails(Func<HttpContext, AskedRequest, Task> others) =>
        (context, asked) => asked.Method == "GET"
            ? HostScript.JsonAsync(context, HostScript.Pod[..^1] + "," + HostScript.Project.Trim()[1..])
            : others(context, asked);
}
