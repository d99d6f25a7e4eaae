using Codius.Client.Hosts;
using Codius.Client.Tests.Testing;
using Microsoft.AspNetCore.Http;

namespace Codius.Client.Tests.Hosts;

public sealed class HostLogsTests
{
    [Fact]
    public async Task Lines_are_read_without_the_pings()
    {
        await using var host = await StandIn.StartAsync((context, _) => context.Response.WriteAsync(
            "_app stdout line one\nmoneyd stderr  two  words\nping\n\nping\n_app stdout \nnonsense\n_app stdout cut"));
        var lines = await ReadAsync(host, follow: true);
        host.Asked.ShouldHaveSingleItem().Path.ShouldBe($"/pods/{HostScript.Hash}/logs?follow=true");
        lines.Select(Text).ShouldBe(["_app:line one", "moneyd! two  words", "_app:"]);
    }

    [Fact]
    public async Task A_refusal_is_the_only_element()
    {
        await using var host = await StandIn.StartAsync(
            (context, _) => HostScript.RefuseAsync(context, 403, "not debug"));
        var lines = await ReadAsync(host, follow: false);
        lines.ShouldHaveSingleItem().Error.ShouldBe(new HostError(HostErrorKind.Refused, "not debug", 403));
    }

    [Fact]
    public async Task A_line_without_an_end_is_refused()
    {
        await using var host = await StandIn.StartAsync((context, _) =>
            context.Response.WriteAsync(new string('x', 1_000_000)));
        (await ReadAsync(host, follow: false)).ShouldHaveSingleItem().Error!.Kind.ShouldBe(HostErrorKind.BadAnswer);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_told_after_the_lines()
    {
        await using var host = await StandIn.StartAsync(async (context, _) =>
        {
            await context.Response.WriteAsync("a stdout 1\n");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        var lines = await ReadAsync(host, follow: true);
        lines[^1].Error!.Kind.ShouldBe(HostErrorKind.Unreachable);
    }

    private static async Task<List<HostResult<HostLogLine>>> ReadAsync(StandIn host, bool follow)
    {
        var lines = new List<HostResult<HostLogLine>>();
        var client = new HostClient(host.Http, host.Uri);
        var cancellation = TestContext.Current.CancellationToken;
        await foreach (var line in client.ReadLogsAsync(HostScript.PodHash, new LogWish(follow), cancellation))
            lines.Add(line);
        return lines;
    }

    private static string Text(HostResult<HostLogLine> element) => element.Succeeded(out var line, out var error)
        ? $"{line.Container}{(line.IsError ? '!' : ':')}{line.Text}"
        : error.ToString();
}
