using System.Net;
using Codius.Core.Pods;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Pods;

public sealed class LogsTests : IAsyncLifetime
{
    private SellingHost _host = null!;
    private OwnedPod _pod = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await SellingHost.StartAsync();
        _pod = await _host.BuyOwnedAsync(_host.Manifest());
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Lines_are_chosen_by_tail_time_and_container()
    {
        Write("one");
        Write("two", LogStream.Stderr);
        Write("three");
        (await ReadAsync("")).ShouldBe("app stdout one\napp stderr two\napp stdout three\n");
        (await ReadAsync("?tail=2")).ShouldBe("app stderr two\napp stdout three\n");
        (await ReadAsync("?tail=0")).ShouldBeEmpty();
        (await ReadAsync("?container=other")).ShouldBeEmpty();
        (await ReadAsync("?container=app&tail=1")).ShouldBe("app stdout three\n");
        (await ReadAsync("?since=2020-01-01T00:00:00Z&tail=1")).ShouldBe("app stdout three\n");
        (await ReadAsync("?since=4000000000")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Lines_can_have_their_time()
    {
        Write("one two");
        var words = (await ReadAsync("?timestamps=true")).TrimEnd('\n').Split(' ', 4);
        DateTimeOffset.Parse(words[2]).ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        words[3].ShouldBe("one two");
    }

    [Theory]
    [InlineData("?tail=-1")]
    [InlineData("?tail=x")]
    [InlineData("?tail=99999999999")]
    [InlineData("?since=yesterday")]
    [InlineData("?since=99999999999999")]
    public async Task What_cannot_be_chosen_by_is_refused(string query) =>
        (await _pod.LogsAsync(_pod.Capability, query)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

    [Fact]
    public async Task A_hundred_followers_cost_one_reader_and_all_get_every_line_whole_and_in_order()
    {
        Write("before");
        var before = _host.Runtime.LogReaders;
        var followers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => FollowAsync("?follow=true&tail=1")));
        foreach (var follower in followers)
            (await follower.NextAsync()).ShouldBe("app stdout before");
        // Each reads what there was once; what comes is read by one for all, which looked where to begin.
        (_host.Runtime.LogReaders - before).ShouldBeLessThanOrEqualTo(102);
        var lines = Enumerable.Range(0, 100).Select(i => $"line {i} {new string('x', i * 7)}").ToList();
        var reading = followers.Select(async follower =>
        {
            foreach (var line in lines)
                (await follower.NextAsync()).ShouldBe("app stdout " + line);
        }).ToList();
        foreach (var line in lines)
            Write(line);
        await Task.WhenAll(reading);
        (_host.Runtime.LogReaders - before).ShouldBeLessThanOrEqualTo(102);
        foreach (var follower in followers)
            follower.Dispose();
    }

    [Fact]
    public async Task A_follower_who_does_not_read_holds_up_nobody_and_learns_what_he_missed()
    {
        using var slow = await FollowAsync("?follow=true");
        using var quick = await FollowAsync("?follow=true&tail=0");
        var text = new string('x', 60_000);
        const int Lines = 1200;
        for (var i = 0; i < Lines; i++)
        {
            Write($"{i} {text}");
            var line = await quick.NextAsync();
            line.ShouldStartWith($"app stdout {i} ");
        }

        var (read, missed) = (0, 0);
        Write("the last");
        while (read + missed < Lines)
        {
            var line = await slow.NextAsync();
            if (line.Contains(" lines of app were left out", StringComparison.Ordinal))
                missed += int.Parse(line.Split(' ')[2]);
            else if (line.StartsWith("app ", StringComparison.Ordinal))
                read++;
        }

        missed.ShouldBeGreaterThan(0);
        (read + missed).ShouldBeInRange(Lines, Lines + 1);
    }

    [Fact]
    public async Task Following_says_that_it_is_there_and_ends_with_the_pod()
    {
        using var follower = await FollowAsync("?follow=true");
        (await follower.NextRawAsync()).ShouldBe("ping");
        await _pod.StopAsync(_pod.Capability);
        string? line;
        do
        {
            line = await follower.NextRawAsync();
        }
        while (line is not null);
    }

    [Fact]
    public async Task The_end_of_a_container_stands_among_the_lines()
    {
        Write("before");
        _host.Runtime.Machine.Exit(_host.Runtime.Machine.Pods.Single().Id, "app", exitCode: 9);
        await Deadline.UntilAsync(
            async () => (await ReadAsync("")).Contains(".host stderr container app was started again"),
            "the restart should be told");
        Write("after");
        var lines = (await ReadAsync("")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldBe("app stdout before");
        lines[1].ShouldBe(
            ".host stderr container app ended with exit code 9 (Error); it is started again in 1 s");
        lines[^1].ShouldBe("app stdout after");
        (await ReadAsync("?container=app")).ShouldBe("app stdout before\napp stdout after\n");
    }

    private void Write(string text, LogStream stream = LogStream.Stdout) =>
        _host.Runtime.Machine.Write(_host.Runtime.Machine.Pods.Single().Id, "app", stream, text);

    private async Task<string> ReadAsync(string query)
    {
        using var answer = await _pod.LogsAsync(_pod.Capability, query);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await answer.Content.ReadAsStringAsync();
    }

    private async Task<Follower> FollowAsync(string query)
    {
        var answer = await _pod.LogsAsync(_pod.Capability, query);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return new Follower(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    private sealed record Follower(HttpResponseMessage Answer, StreamReader Reader) : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

        public async Task<string?> NextRawAsync() => await Reader.ReadLineAsync().WaitAsync(Patience);

        public async Task<string> NextAsync()
        {
            while (true)
            {
                var line = (await NextRawAsync()).ShouldNotBeNull();
                if (line != "ping")
                    return line;
            }
        }

        public void Dispose() => Answer.Dispose();
    }
}
