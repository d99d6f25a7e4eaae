using Microsoft.Extensions.Options;

namespace Codius.Host.Ingress;

/// <summary>Section <c>Codius:Ingress</c>: how long the host waits for pods.</summary>
public sealed class IngressOptions
{
    public const string Section = "Ingress";

    /// <summary>To connect to the pod's port.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>From the last movement of the request's body to the head of the pod's answer.</summary>
    public TimeSpan FirstByteTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a request or WebSocket may go on without a byte in either direction.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(10);
}

public sealed class IngressOptionsValidator : IValidateOptions<IngressOptions>
{
    public ValidateOptionsResult Validate(string? name, IngressOptions options)
    {
        var wrong = new[]
            {
                (Name: nameof(options.ConnectTimeout), Value: options.ConnectTimeout),
                (Name: nameof(options.FirstByteTimeout), Value: options.FirstByteTimeout),
                (Name: nameof(options.IdleTimeout), Value: options.IdleTimeout),
            }
            .Where(t => t.Value <= TimeSpan.Zero || t.Value > TimeSpan.FromDays(1))
            .Select(t => $"Codius:Ingress:{t.Name} must be above 0 and at most a day (hh:mm:ss), not {t.Value}")
            .ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
