using Microsoft.Extensions.Options;

namespace Codius.Host.Configuration;

/// <summary>
/// What follows from other settings. Browsers and curl resolve every name under localhost by themselves.
/// </summary>
public sealed class HostOptionsDefaults : IPostConfigureOptions<HostOptions>
{
    public void PostConfigure(string? name, HostOptions options)
    {
        if (options.PublicUri is "" && options is { Development: true, Port: >= 0 and <= ushort.MaxValue })
            options.PublicUri = $"http://localhost:{options.Port}";
        options.PublicUri = options.PublicUri.TrimEnd('/').ToLowerInvariant();
    }
}
