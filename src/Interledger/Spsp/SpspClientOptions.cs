namespace Interledger.Spsp;

/// <summary>How receivers are asked for their details.</summary>
public sealed record SpspClientOptions
{
    /// <summary>How long all of it may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many redirects are followed.</summary>
    public int MaxRedirects { get; init; } = 3;

    /// <summary>The longest answer, in bytes.</summary>
    public int MaxAnswerLength { get; init; } = 64 * 1024;

    /// <summary>Whether plain HTTP may be spoken, against RFC 0009: to try things out on one machine.</summary>
    public bool AllowHttp { get; init; }
}
