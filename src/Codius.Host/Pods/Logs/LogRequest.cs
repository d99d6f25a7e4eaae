using System.Globalization;
using Codius.Core;
using Codius.Core.Pods;

namespace Codius.Host.Pods.Logs;

/// <summary>What of the logs is asked for, by the query of the request.</summary>
internal sealed record LogRequest(bool Follow, bool Timestamps, int? Tail, DateTimeOffset? Since, string? Container)
{
    private const int MostTail = 1_000_000;

    public static Outcome<LogRequest> Read(IQueryCollection query)
    {
        int? tail = null;
        DateTimeOffset? since = null;
        if (query.TryGetValue("tail", out var lines))
        {
            if (!int.TryParse(lines, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || count > MostTail)
                return Failure.InvalidRequest($"tail must be a number of lines, 0 to {MostTail}");
            tail = count;
        }

        if (query.TryGetValue("since", out var moment))
        {
            if (!TryReadTime(moment.ToString(), out var time))
                return Failure.InvalidRequest("since must be a time, 2026-11-20T12:00:00Z, or seconds since 1970");
            since = time;
        }

        var container = query.TryGetValue("container", out var name) && name.ToString().Length > 0
            ? name.ToString()
            : null;
        return new LogRequest(query["follow"] == "true", query["timestamps"] == "true", tail, since, container);
    }

    /// <summary>Whether a line is asked for, the tail apart.</summary>
    public bool Wants(LogLine line) =>
        (Since is not { } since || line.At >= since) && (Container is null || line.Container == Container);

    private static bool TryReadTime(string text, out DateTimeOffset time)
    {
        const long Most = 253_402_300_799; // the end of the year 9999
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            time = seconds <= Most ? DateTimeOffset.FromUnixTimeSeconds(seconds) : default;
            return seconds <= Most;
        }

        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out time);
    }
}
