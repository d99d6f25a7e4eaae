using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Codius.Core.Leases;

/// <summary>How long a lease is: whole seconds, from one to thirty days.</summary>
public readonly record struct PodDuration
{
    public const int MinSeconds = 1;

    public const int MaxSeconds = 30 * 24 * 3600;

    private readonly int _seconds;

    private PodDuration(int seconds) => _seconds = seconds;

    /// <summary>What a request that names no duration gets.</summary>
    public static PodDuration Default { get; } = new(3600);

    public int Seconds => _seconds > 0 ? _seconds : throw new InvalidOperationException("This duration was never set.");

    public TimeSpan Length => TimeSpan.FromSeconds(Seconds);

    /// <summary>Reads the query parameter <c>duration</c>; null, for one that is absent, means an hour.</summary>
    public static bool TryParse(string? text, out PodDuration duration, [NotNullWhen(false)] out string? problem)
    {
        (duration, problem) = (Default, null);
        if (text is null)
            return true;
        // The parser by itself would take zero bytes at the end.
        if (!text.All(char.IsAsciiDigit)
            || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || !TryFromSeconds(seconds, out duration))
            problem = $"duration must be a whole number of seconds from {MinSeconds} to {MaxSeconds} (30 days)";
        return problem is null;
    }

    public static bool TryFromSeconds(long seconds, out PodDuration duration)
    {
        var isValid = seconds is >= MinSeconds and <= MaxSeconds;
        duration = isValid ? new PodDuration((int)seconds) : default;
        return isValid;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seconds} s");
}
