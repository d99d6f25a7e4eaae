using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Configuration;
using Microsoft.Extensions.Options;

namespace Codius.Host.Pods;

/// <summary>Says of every machine class that cannot be which one it is and why.</summary>
internal sealed class MachineOptionsValidator(IConfiguration configuration) : IValidateOptions<MachineOptions>
{
    private const string Section = HostOptions.Section + ":Machines:Classes";

    public ValidateOptionsResult Validate(string? name, MachineOptions options)
    {
        var problems = configuration.GetSection(Section).GetChildren()
            .SelectMany(entry => UnknownSettings.Find(entry, typeof(MachineClassOptions)))
            .Concat(options.Classes.SelectMany(pair => Check(pair.Key, pair.Value)))
            .ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Check(string name, MachineClassOptions options)
    {
        var path = $"{Section}:{name}";
        if (!MachineClass.IsName(name))
            yield return $"{path}: the name of a class must be 1 to 32 of a-z, 0-9 and -";
        if (options.CostPerMonth is null && name != Manifest.DefaultMachine)
            yield return $"{path}:CostPerMonth is required";
        if (options.CostPerMonth is <= 0 or > 1_000_000_000_000m)
            yield return $"{path}:CostPerMonth must be above 0 and at most 10^12";
        if (options.VirtualCpus is < 0.01m or > 1024)
            yield return $"{path}:VirtualCpus must be 0.01 to 1024";
        foreach (var (field, value, least, most) in Numbers(options))
        {
            if (value is { } number && (number < least || number > most))
                yield return $"{path}:{field} must be {least} to {most}";
        }
    }

    private static (string Field, int? Value, int Least, int Most)[] Numbers(MachineClassOptions options) =>
    [
        (nameof(options.MemoryMiB), options.MemoryMiB, 16, 16 * 1024 * 1024),
        (nameof(options.Processes), options.Processes, 8, 4_000_000),
        (nameof(options.DiskMiB), options.DiskMiB, 16, 1024 * 1024 * 1024),
        (nameof(options.Files), options.Files, 256, 1_000_000_000),
        (nameof(options.LogMiB), options.LogMiB, 1, 1024),
        (nameof(options.BandwidthMbit), options.BandwidthMbit, 1, 1_000_000),
    ];
}
