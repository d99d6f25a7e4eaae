using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Codius.Host.Configuration;

/// <summary>
/// The environment variables of the original codiusd, and a few of their kind that are ours, under the names of today.
/// Values are checked here, where the name that the operator wrote is still known. Of several names for one thing the
/// first that is set counts.
/// </summary>
public sealed class LegacyEnvironmentSource(Func<string, string?> read) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new LegacyEnvironmentProvider(read);
}

public sealed class LegacyEnvironmentProvider(Func<string, string?> read) : ConfigurationProvider
{
    private delegate string? Reader(string value, Action<string, string> set);

    private static readonly Variable[] Variables =
    [
        new("CostPerMonth", Number, "CODIUS_XRP_PER_MONTH", "CODIUS_COST_PER_MONTH", "COST_PER_MONTH"),
        new("Port", Whole, "CODIUS_PORT"),
        new("BindIp", Address, "CODIUS_BIND_IP"),
        new("PublicUri", Text, "CODIUS_PUBLIC_URI"),
        new("MaxMemoryFraction", Number, "CODIUS_MAX_MEMORY_FRACTION"),
        new("MaxCpuFraction", Number, "CODIUS_MAX_CPU_FRACTION"),
        new("MaxDiskFraction", Number, "CODIUS_MAX_DISK_FRACTION"),
        new("AdditionalHostInfo", Truth, "CODIUS_ADDITIONAL_HOST_INFO"),
        new("RootDirectory", Text, "CODIUS_ROOT"),
        new("Development", Truth, "CODIUS_DEV"),
        new("Runtime:TrustCode", Truth, "CODIUS_TRUST_CODE"),
        new("Uplink:BtpUrl", Text, "ILP_BTP_SERVER"),
        new("Uplink:BtpUrl", Credentials, "ILP_CREDENTIALS"),
        new("", Plugin, "ILP_PLUGIN"),
        new("Hyper:Socket", Text, "CODIUS_HYPER_SOCKET"),
        new("Hyper:Noop", Truth, "CODIUS_HYPER_NOOP"),
        new("Peers:Bootstrap", Uris, "CODIUS_BOOTSTRAP_PEERS"),
        new("SelfTest:Retries", Whole, "CODIUS_SELF_TEST_RETRIES"),
        new("SelfTest:IntervalMilliseconds", Whole, "CODIUS_SELF_TEST_INTERVAL"),
        new("Admin:Enabled", Truth, "CODIUS_ADMIN_API"),
        new("Admin:Port", Whole, "CODIUS_ADMIN_PORT"),
        new("Store:Persist", Truth, "CODIUS_MEMDOWN_PERSIST"),
    ];

    public override void Load()
    {
        var problems = new List<string>();
        foreach (var variable in Variables)
        {
            var name = Array.Find(variable.Names, n => !string.IsNullOrEmpty(read(n)));
            if (name is null)
                continue;
            var problem = variable.Read(read(name)!, (suffix, value) => Data[Key(variable, suffix)] = value);
            if (problem is not null)
                problems.Add($"{name} {problem}");
        }

        if (problems.Count > 0)
            throw new SettingsException(problems);
    }

    private static string Key(Variable variable, string suffix) => $"{HostOptions.Section}:{variable.Key}{suffix}";

    private static string? Text(string value, Action<string, string> set)
    {
        set("", value);
        return null;
    }

    private static string? Whole(string value, Action<string, string> set)
    {
        set("", value);
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? null
            : $"must be a whole number, not \"{value}\"";
    }

    private static string? Number(string value, Action<string, string> set)
    {
        set("", value);
        return decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _)
            ? null
            : $"must be a number, not \"{value}\"";
    }

    private static string? Truth(string value, Action<string, string> set)
    {
        bool? truth = value.ToLowerInvariant() switch
        {
            "true" or "1" or "yes" or "on" => true,
            "false" or "0" or "no" or "off" => false,
            _ => null,
        };
        set("", truth is true ? "true" : "false");
        return truth is null ? $"must be true or false, not \"{value}\"" : null;
    }

    private static string? Address(string value, Action<string, string> set)
    {
        set("", value);
        return IPAddress.TryParse(value, out _) ? null : $"must be an IP address, not \"{value}\"";
    }

    private static string? Plugin(string value, Action<string, string> set) =>
        value is "ilp-plugin-btp" or "ilp-plugin" ? null : $"must be ilp-plugin-btp, not \"{value}\"";

    /// <summary>The value is never repeated in a message: it holds the secret.</summary>
    private static string? Credentials(string value, Action<string, string> set)
    {
        try
        {
            using var json = JsonDocument.Parse(value);
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("server", out var server)
                && server.ValueKind == JsonValueKind.String)
            {
                set("", server.GetString()!);
                return null;
            }
        }
        catch (JsonException)
        {
            // Told below, like any other wrong shape.
        }

        return "must be JSON such as {\"server\":\"btp+ws://:secret@host:port\"}";
    }

    private static string? Uris(string value, Action<string, string> set)
    {
        try
        {
            var uris = JsonSerializer.Deserialize<string[]>(value) ?? [];
            for (var i = 0; i < uris.Length; i++)
                set($":{i}", uris[i]);
            return null;
        }
        catch (JsonException)
        {
            return "must be a JSON array of URIs";
        }
    }

    private sealed record Variable(string Key, Reader Read, params string[] Names);
}
