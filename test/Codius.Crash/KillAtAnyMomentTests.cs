using System.Globalization;
using Codius.Crash.Customers;
using Codius.EndToEnd;
using Codius.EndToEnd.Clients;
using Shouldly;
using Xunit;

namespace Codius.Crash;

/// <summary>
/// Hosts that are killed at any moment while customers buy, extend, let expire and stop. CRASH_KILLS says how often,
/// and CRASH_SEED repeats the moments of a run that named its seed.
/// </summary>
public sealed class KillAtAnyMomentTests(KillAtAnyMomentTests.Place place, Images images)
    : IClassFixture<KillAtAnyMomentTests.Place>
{
    private const int LongestLife = 3000;

    private static readonly int Seed = Number("CRASH_SEED") ?? Environment.TickCount;

    public static TheoryData<int, int> Kills =>
        [.. Enumerable.Range(1, Number("CRASH_KILLS") ?? 8).Select(kill => (kill, Seed))];

    private Town Town => place.Town;

    [Theory]
    [MemberData(nameof(Kills))]
    public async Task A_host_is_killed_at_any_moment(int kill, int seed)
    {
        var random = new Random(unchecked((seed * 397) + kill));
        if (!Town.Host.IsAlive)
            await Town.BeginNextLifeAsync();
        var owner = await Town.ServeAsync(Wish.Upload(Body(), 600));
        var going = await Town.ServeAsync(Wish.Upload(Body(), 600));
        Wish[] wishes =
        [
            Wish.Upload(Body(), 600),
            Wish.Upload(Body(), 600) with { PaysAtOnce = true, TakesBack = random.Next(2) == 0 },
            Wish.Upload(Body(), 600) with { FirstPart = 100_000, TakesBack = random.Next(2) == 0 },
            Wish.Upload(Body(), 1),
            Wish.Upload(Failing(), 600) with { FirstPart = 100_000, TakesBack = true },
            Wish.Extend(Town.HashOf(owner)!, 600),
            Wish.Stop(Town.HashOf(going)!, going.Capability),
        ];
        random.Shuffle(wishes);
        List<Task> trying = [];
        foreach (var wish in wishes.Take(random.Next(2, wishes.Length + 1)))
            trying.Add((await Town.WelcomeAsync(wish)).TryAsync());
        // Nothing is waited for: this is when it happens.
        await Task.WhenAny(Task.WhenAll(trying), Task.Delay(random.Next(LongestLife)));
        await Town.Host.KillAsync();
        await Task.WhenAll(trying);
        await Town.BeginNextLifeAsync();
        await Town.ShouldBeRightAsync();
        await Town.ShouldEndCleanlyAsync();
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private string Body() => new SampleManifest(images.Hello).ToBody();

    private string Failing() => new SampleManifest(images.Hello) { Command = ["sh", "-c", "exit 3"] }.ToBody();

    public sealed class Place : Founding;
}
