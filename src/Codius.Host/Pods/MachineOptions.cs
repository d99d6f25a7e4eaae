namespace Codius.Host.Pods;

/// <summary>
/// The machine classes that manifests can ask for, by name. Section <c>Codius:Machines</c>. Without any there are
/// small, medium (twice of everything) and large (four times), with prices in the same relation.
/// </summary>
public sealed class MachineOptions
{
    public IDictionary<string, MachineClassOptions> Classes { get; set; } =
        new Dictionary<string, MachineClassOptions>(StringComparer.Ordinal);
}

/// <summary>One class. What is not set is as in the class small.</summary>
public sealed class MachineClassOptions
{
    /// <summary>In whole units of what prices are in. That of small is <c>Codius:CostPerMonth</c> unless set.</summary>
    public decimal? CostPerMonth { get; set; }

    /// <summary>CPUs; 0.5 is half of one.</summary>
    public decimal? VirtualCpus { get; set; }

    public int? MemoryMiB { get; set; }

    /// <summary>Processes and threads.</summary>
    public int? Processes { get; set; }

    /// <summary>What its containers may write.</summary>
    public int? DiskMiB { get; set; }

    /// <summary>Files and directories that they may make.</summary>
    public int? Files { get; set; }

    /// <summary>What is kept of its logs.</summary>
    public int? LogMiB { get; set; }

    /// <summary>To and from its network, each, in millions of bits a second.</summary>
    public int? BandwidthMbit { get; set; }
}
