using System.Globalization;

namespace Codius.Client.Hosts;

/// <summary>
/// What of a pod's logs is asked for: those to come as well, the last lines only, those since a time, with their times,
/// of one container. Hosts of the original know <paramref name="Follow"/> alone.
/// </summary>
public sealed record LogWish(
    bool Follow = false,
    int? Tail = null,
    DateTimeOffset? Since = null,
    bool Timestamps = false,
    string? Container = null)
{
    internal string ToQuery()
    {
        var parts = new List<string>();
        if (Follow)
            parts.Add("follow=true");
        if (Tail is { } tail)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"tail={tail}"));
        if (Since is { } since)
            parts.Add(string.Create(
                CultureInfo.InvariantCulture, $"since={since.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffffffZ}"));
        if (Timestamps)
            parts.Add("timestamps=true");
        if (Container is not null)
            parts.Add("container=" + Uri.EscapeDataString(Container));
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }
}
