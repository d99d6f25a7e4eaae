using Codius.Host.Ingress;
using Codius.Testing.Time;

namespace Codius.Host.Tests.Ingress;

public sealed class FirstByteTimerTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void It_expires_when_nothing_moves()
    {
        using var timer = new FirstByteTimer(TimeSpan.FromSeconds(60), _clock, default, default);
        _clock.Advance(TimeSpan.FromSeconds(59));
        timer.Token.IsCancellationRequested.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        timer.Token.IsCancellationRequested.ShouldBeTrue();
        timer.HasExpired.ShouldBeTrue();
    }

    [Fact]
    public void An_upload_that_moves_now_and_then_is_not_taken_for_a_slow_pod()
    {
        using var timer = new FirstByteTimer(TimeSpan.FromSeconds(60), _clock, default, default);
        for (var i = 0; i < 10; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(50));
            timer.BodyMoved();
        }

        timer.Token.IsCancellationRequested.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(60));
        timer.HasExpired.ShouldBeTrue();
    }

    [Fact]
    public void A_pod_that_answers_has_all_the_time_it_wants()
    {
        using var timer = new FirstByteTimer(TimeSpan.FromSeconds(60), _clock, default, default);
        timer.Stop();
        _clock.Advance(TimeSpan.FromHours(1));
        timer.Token.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public void A_client_that_leaves_is_no_slow_pod()
    {
        using var client = new CancellationTokenSource();
        using var timer = new FirstByteTimer(TimeSpan.FromSeconds(60), _clock, client.Token, default);
        client.Cancel();
        timer.Token.IsCancellationRequested.ShouldBeTrue();
        timer.HasExpired.ShouldBeFalse();
    }
}
