using System.Globalization;
using Interledger.Fuzz.Targets;
using Xunit;

namespace Interledger.Fuzz;

/// <summary>
/// Every parser of what strangers send, under damaged bytes. <c>FUZZ_INPUTS</c> says how many each gets, and
/// <c>FUZZ_SEED</c> repeats a run; <c>./test.sh fuzz</c> is the long run.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly FuzzTarget[] All =
    [
        OerTarget.Create(),
        .. PacketTargets.Create(),
        StreamPacketTarget.Create(),
        StreamReceiverTarget.Create(),
        BtpTarget.Create(),
    ];

    public static TheoryData<string> Names => [.. All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_comes_is_read_or_refused_soon_and_leaves_nothing_behind(string name)
    {
        var seed = Setting("FUZZ_SEED") is { } fixedSeed ? (int)fixedSeed : Environment.TickCount;
        var inputs = Setting("FUZZ_INPUTS") ?? 50_000;
        output.WriteLine($"seed {seed}, {inputs} inputs");
        new FuzzRun(All.Single(target => target.Name == name), seed).Run(inputs);
    }

    private static long? Setting(string name) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
