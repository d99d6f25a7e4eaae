using Codius.Testing.Processes;

namespace Codius.EndToEnd.Hosts;

/// <summary>What one host of the tests has for itself, so that several can be on a machine at a time.</summary>
internal sealed record HostSettings
{
    private static int _count;

    private readonly int _number = Interlocked.Increment(ref _count);

    /// <summary>runc or runsc.</summary>
    public string Handler { get; init; } = "runc";

    /// <summary>The provider; play money of its own when null.</summary>
    public string? BtpUrl { get; init; }

    /// <summary>Others, by their names below <c>Codius:</c>.</summary>
    public IReadOnlyDictionary<string, string> Others { get; init; } = new Dictionary<string, string>();

    /// <summary>The directory in which it has its root directory.</summary>
    public string Disk { get; init; } = "/var/tmp";

    public int Port { get; } = FreePort.Next();

    public int PlayMoneyPort { get; } = FreePort.Next();

    public string Instance => $"e{Environment.ProcessId}-{_number}";

    public string RootDirectory => $"{Disk}/codius-{Instance}";

    public string ContainerdDirectory => RootDirectory + "/containerd";

    public string StateDirectory => "/run/codius/" + Instance;

    public string Socket => StateDirectory + "/containerd.sock";

    public string Subnet
    {
        get
        {
            var number = Environment.ProcessId + (_number * 7);
            return $"10.{150 + (number / 256 % 50)}.{number % 256}.0/24";
        }
    }

    public IEnumerable<string> ToArguments()
    {
        var settings = new Dictionary<string, string>
        {
            ["Development"] = "true",
            ["Port"] = $"{Port}",
            ["RootDirectory"] = RootDirectory,
            ["Runtime:Handler"] = Handler,
            ["Runtime:TrustCode"] = "true",
            ["Runtime:Instance"] = Instance,
            ["Runtime:Subnet"] = Subnet,
            // What is left of pods is counted: nothing may come and go beside them.
            ["Runtime:WarmSandboxes"] = "0",
        };
        if (Handler == "runsc")
            settings["Runtime:Program"] = Gvisor.Program;
        if (BtpUrl is null)
            settings["Uplink:PlayMoneyPort"] = $"{PlayMoneyPort}";
        else
            settings["Uplink:BtpUrl"] = BtpUrl;
        foreach (var (name, value) in Others)
            settings[name] = value;
        return settings.Select(setting => $"--Codius:{setting.Key}={setting.Value}");
    }
}
