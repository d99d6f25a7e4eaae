using System.ComponentModel.DataAnnotations;

namespace Codius.Host.PodAccounts;

/// <summary>Interledger inside pods. Section <c>Codius:PodAccounts</c>.</summary>
public sealed class PodAccountOptions
{
    /// <summary>How many packets a second a pod may send in the long run.</summary>
    [Range(1, 100_000)]
    public int PacketsPerSecond { get; set; } = 100;

    /// <summary>How many of a pod's packets may be under way.</summary>
    [Range(1, 10_000)]
    public int MaxOutstanding { get; set; } = 100;

    /// <summary>
    /// What a running pod must have earned for it to be paid out, in minor units of the asset; what an ended one has is
    /// always paid out.
    /// </summary>
    [Range(1L, long.MaxValue)]
    public long PayoutThreshold { get; set; } = 1_000_000;

    /// <summary>How often it is looked whether there is something to pay out.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan PayoutInterval { get; set; } = TimeSpan.FromMinutes(1);
}
