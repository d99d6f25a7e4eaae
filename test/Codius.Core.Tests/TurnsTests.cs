namespace Codius.Core.Tests;

public sealed class TurnsTests
{
    private readonly Turns _turns = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void One_at_a_time_has_the_turn_of_a_name()
    {
        var turn = _turns.TryTake("a").ShouldNotBeNull();
        _turns.TryTake("a").ShouldBeNull();
        _turns.TryTake("b").ShouldNotBeNull();
        _turns.IsTaken("a").ShouldBeTrue();
        turn.Dispose();
        _turns.IsTaken("a").ShouldBeFalse();
        _turns.TryTake("a").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_turn_that_is_over_is_not_ended_again()
    {
        var turn = await _turns.TakeAsync("a", Stop);
        turn.Dispose();
        using var next = await _turns.TakeAsync("a", Stop);
        turn.Dispose();
        _turns.IsTaken("a").ShouldBeTrue();
    }

    [Fact]
    public async Task All_who_wait_get_it_one_after_another()
    {
        var (inside, most, done) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () =>
        {
            using var turn = await _turns.TakeAsync("a", Stop);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            Interlocked.Increment(ref done);
        })));
        (most, done).ShouldBe((1, 50));
    }

    [Fact]
    public async Task Whoever_does_not_wait_any_more_leaves_it_to_the_others()
    {
        using var stop = new CancellationTokenSource();
        var turn = await _turns.TakeAsync("a", Stop);
        var waiting = _turns.TakeAsync("a", stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        turn.Dispose();
        (await _turns.TakeAsync("a", Stop)).ShouldNotBeNull();
    }
}
