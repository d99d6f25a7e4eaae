using System.ComponentModel.DataAnnotations;

namespace Codius.Host.Payments;

/// <summary>How long payments wait for things. Section <c>Codius:Payments</c>.</summary>
public sealed class PaymentOptions
{
    /// <summary>For everything that comes before money is asked for: capacity and images.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:35")]
    public TimeSpan PrepareTimeout { get; set; } = TimeSpan.FromSeconds(35);

    /// <summary>For the price to arrive after it was asked for.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PayTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// For the pod to be ready after the price has arrived. The packet is held meanwhile, and packets live 30 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:25")]
    public TimeSpan HoldTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>Operations under way that have not been paid for, in all.</summary>
    [Range(1, 10_000)]
    public int MaxUnpaidOperations { get; set; } = 64;

    /// <summary>The same for one caller: a /24 of IPv4, a /64 of IPv6.</summary>
    [Range(1, 10_000)]
    public int MaxUnpaidOperationsPerCaller { get; set; } = 8;

    /// <summary>Operations of one caller that nothing came of, in the last <see cref="UnpaidWindow"/>.</summary>
    [Range(1, 1_000_000)]
    public int MaxUnpaidPerCaller { get; set; } = 60;

    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan UnpaidWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The addresses of proxies that append the caller's address to X-Forwarded-For. Those of this machine are trusted
    /// anyway.
    /// </summary>
    public IList<string> TrustedProxies { get; set; } = [];
}
