using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Configuration;
using Microsoft.Extensions.Options;

namespace Codius.Host.Pods;

/// <summary>The machine classes of this host, by name; one called small is always among them.</summary>
internal sealed class MachineTable
{
    private const int Mebi = 1024 * 1024;
    private const int Mega = 1_000_000;

    private readonly Dictionary<string, MachineClass> _classes;

    public MachineTable(IOptions<MachineOptions> options, IOptions<HostOptions> host)
    {
        var small = host.Value.CostPerMonth;
        var declared = options.Value.Classes;
        _classes = declared.ToDictionary(
            pair => pair.Key, pair => Read(pair.Key, pair.Value, small), StringComparer.Ordinal);
        _classes.TryAdd(Manifest.DefaultMachine, Multiple(Manifest.DefaultMachine, 1, small));
        if (declared.Count == 0)
        {
            _classes.Add("medium", Multiple("medium", 2, small));
            _classes.Add("large", Multiple("large", 4, small));
        }

        Names = _classes.Keys.ToHashSet();
        All = [.. _classes.Values.OrderBy(each => each.Limits.MemoryBytes).ThenBy(each => each.Name)];
    }

    public IReadOnlySet<string> Names { get; }

    /// <summary>Those with less memory first.</summary>
    public IReadOnlyList<MachineClass> All { get; }

    /// <summary>Null for one that is not sold (any more).</summary>
    public MachineClass? Find(string name) => _classes.GetValueOrDefault(name);

    private static MachineClass Multiple(string name, int factor, decimal small) =>
        new(name, ResourceLimits.Small.Times(factor), small * factor);

    private static MachineClass Read(string name, MachineClassOptions options, decimal small)
    {
        var usual = ResourceLimits.Small;
        var limits = new ResourceLimits(
            options.MemoryMiB * (long)Mebi ?? usual.MemoryBytes,
            (int?)(options.VirtualCpus * 1000) ?? usual.MilliCpu,
            options.Processes ?? usual.Pids,
            options.DiskMiB * (long)Mebi ?? usual.DiskBytes,
            options.Files ?? usual.Inodes,
            options.LogMiB * (long)Mebi ?? usual.LogBytes,
            options.BandwidthMbit * (long)Mega ?? usual.BandwidthBitsPerSecond);
        return new MachineClass(name, limits, options.CostPerMonth ?? small);
    }
}
