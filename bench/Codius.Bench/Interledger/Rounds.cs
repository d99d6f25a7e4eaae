namespace Codius.Bench.Interledger;

/// <summary>
/// Measures two things in turns, so that what else the machine does meets both, and takes the median of each. The first
/// turns of both are for warming up: compilers of both kinds want some seconds, and more where little happens in one.
/// </summary>
public static class Rounds
{
    private const int WarmUp = 4;
    private const int Count = 5;

    /// <summary>How long a turn lasts.</summary>
    public static TimeSpan Length { get; } = TimeSpan.FromSeconds(2);

    public static async Task<Measure> CompareAsync(
        string name, Func<Task<double>> ours, Func<Task<double>> other, int warmUp = WarmUp, int count = Count)
    {
        List<double> oursMeasured = [], othersMeasured = [];
        for (var round = 0; round < warmUp + count; round++)
        {
            oursMeasured.Add(await ours());
            othersMeasured.Add(await other());
        }

        return new Measure(name, Median.Of(oursMeasured.Skip(warmUp)), Median.Of(othersMeasured.Skip(warmUp)));
    }
}
