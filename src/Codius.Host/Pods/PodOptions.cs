using System.ComponentModel.DataAnnotations;

namespace Codius.Host.Pods;

/// <summary>How long pods are waited for, warned and kept. Section <c>Codius:Pods</c>.</summary>
public sealed class PodOptions
{
    /// <summary>For sandbox and containers to be made and started.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>For the pod's port to accept a connection after that.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ReadyTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How long before its end a pod is said to expire soon; of a short lease, the last tenth.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan WarnBefore { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a pod whose time is over is kept, standing still, but never longer than what was paid for last.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan PauseFor { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Between SIGTERM and SIGKILL.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(5);
}
