using System.Net;
using System.Net.Sockets;
using Codius.Core.Manifests;
using Microsoft.Extensions.Options;

namespace Codius.Host.Configuration;

/// <summary>Says of every setting that cannot be used which one it is and what it must be.</summary>
public sealed class HostOptionsValidator(IConfiguration configuration) : IValidateOptions<HostOptions>
{
    /// <summary>What an operator can do about a machine that has no isolation.</summary>
    public const string IsolationAdvice =
        "install gVisor (https://gvisor.dev/docs/user_guide/install/), or, if you trust everybody's code, say so with "
        + "Codius:Runtime:TrustCode=true (CODIUS_TRUST_CODE)";

    private const int LongestHostName = 253;
    private const int MostFraction = 10_000;
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, HostOptions options)
    {
        var problems = new List<string>();
        problems.AddRange(UnknownSettings.Find(
            configuration.GetSection(HostOptions.Section), typeof(HostOptions), othersHaveSections: true));
        CheckListeners(options, problems);
        CheckPublicUri(options, problems);
        CheckPrice(options, problems);
        CheckTimes(options, problems);
        if (!Path.IsPathRooted(options.RootDirectory))
            problems.Add("Codius:RootDirectory (CODIUS_ROOT) must be an absolute path");
        if (options.MaxMemoryFraction is not (> 0 and <= 1))
            problems.Add("Codius:MaxMemoryFraction (CODIUS_MAX_MEMORY_FRACTION) must be above 0 and at most 1");
        if (options.MemoryOvercommit is not (>= 1 and <= 100))
            problems.Add("Codius:MemoryOvercommit must be 1 to 100");
        if (options.MaxCpuFraction is not (> 0 and <= MostFraction))
            problems.Add($"Codius:MaxCpuFraction (CODIUS_MAX_CPU_FRACTION) must be above 0 and at most {MostFraction}");
        if (options.MaxDiskFraction is not (> 0 and <= MostFraction))
            problems.Add(
                $"Codius:MaxDiskFraction (CODIUS_MAX_DISK_FRACTION) must be above 0 and at most {MostFraction}");
        if (!IPNetwork.TryParse(options.Runtime.Subnet, out var subnet)
            || subnet.PrefixLength is < 8 or > 29
            || subnet.BaseAddress.AddressFamily != AddressFamily.InterNetwork)
            problems.Add("Codius:Runtime:Subnet must be an IPv4 network with a prefix of 8 to 29 bits");
        if (options.Runtime is { Handler: RuntimeHandler.Runc or RuntimeHandler.Crun, TrustCode: false })
            problems.Add($"Codius:Runtime:Handler is {options.Runtime.Handler}, which leaves only the kernel between "
                + $"pods and this machine: {IsolationAdvice}");
        if (options.Runtime.WarmSandboxes is < 0 or > 64)
            problems.Add("Codius:Runtime:WarmSandboxes must be 0 to 64");
        if (options.Runtime is { WarmSandboxes: > 0, ContainerdSocket: not null })
            problems.Add("Codius:Runtime:WarmSandboxes must be 0 with Codius:Runtime:ContainerdSocket");
        if (options.Limits.MaxConnections < 10)
            problems.Add("Codius:Limits:MaxConnections must be at least 10");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static void CheckListeners(HostOptions options, List<string> problems)
    {
        if (!IPAddress.TryParse(options.BindIp, out _))
            problems.Add("Codius:BindIp (CODIUS_BIND_IP) must be an IP address");
        CheckPort("Codius:Port (CODIUS_PORT)", options.Port, problems);
        CheckPort("Codius:H2cPort", options.H2cPort ?? 0, problems);
        if (options.H2cPort is > 0 && options.H2cPort == options.Port)
            problems.Add("Codius:H2cPort must differ from Codius:Port");
    }

    private static void CheckPort(string name, int port, List<string> problems)
    {
        if (port is < 0 or > 65535)
            problems.Add($"{name} must be 0 to 65535, not {port}");
    }

    private static void CheckPublicUri(HostOptions options, List<string> problems)
    {
        const string Name = "Codius:PublicUri (CODIUS_PUBLIC_URI)";
        if (options.PublicUri is "")
            problems.Add($"{Name} is required outside development mode");
        else if (!Uri.TryCreate(options.PublicUri, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https") || uri.UserInfo is not "" || uri.PathAndQuery is not "/"
            || uri.Fragment is not "" || options.PublicUri.EndsWith('?') || uri.HostNameType is not UriHostNameType.Dns)
            problems.Add($"{Name} must be http:// or https://, a host name and perhaps a port, and nothing else");
        else if (uri.Host.Length > LongestHostName - ManifestHash.Length - 1)
            problems.Add($"{Name} has a name too long to put a pod's hash before it");
    }

    private static void CheckPrice(HostOptions options, List<string> problems)
    {
        if (options.CostPerMonth is not (> 0 and <= 1_000_000_000_000m))
            problems.Add("Codius:CostPerMonth (CODIUS_XRP_PER_MONTH) must be above 0 and at most 10^12");
        if (options.Asset.Scale > 18)
            problems.Add("Codius:Asset:Scale must be 0 to 18");
        if (options.Asset.Code is not { Length: >= 1 and <= 32 } || !options.Asset.Code.All(char.IsAsciiLetterOrDigit))
            problems.Add("Codius:Asset:Code must be 1 to 32 letters and digits");
    }

    private static void CheckTimes(HostOptions options, List<string> problems)
    {
        CheckTimeout("Codius:QuoteValidity", options.QuoteValidity, problems);
        CheckTimeout("Codius:Limits:BodyTimeout", options.Limits.BodyTimeout, problems);
        CheckTimeout("Codius:Limits:HeadersTimeout", options.Limits.HeadersTimeout, problems);
        if (options.Limits.DrainTimeout <= TimeSpan.Zero || options.Limits.DrainTimeout > LimitOptions.LongestDrain)
            problems.Add($"Codius:Limits:DrainTimeout must be above 0 and at most {LimitOptions.LongestDrain}");
    }

    private static void CheckTimeout(string name, TimeSpan value, List<string> problems)
    {
        if (value <= TimeSpan.Zero || value > LongestTimeout)
            problems.Add($"{name} must be above 0 and at most a day (hh:mm:ss), not {value}");
    }
}
