using Codius.Core.Pods;
using Codius.Host.Info;
using Codius.Host.Payments;

namespace Codius.Host.Pods;

/// <summary>What the pods say about the host.</summary>
internal sealed class HostStatus(PodRegistry pods, PodServices services, Quotes quotes) : IHostStatus
{
    public int RunningPods => pods.RunningPods;

    public bool MemoryFull => !services.Machines.All.Any(machine => services.Capacity.Fits(machine.Limits));

    public bool AcceptingUploads => pods.IsOpen && !MemoryFull;

    public string Isolation => services.Runtime.Info.Isolation;

    public IReadOnlyList<MachineAnswer> Machines => [.. services.Machines.All.Select(Describe)];

    private MachineAnswer Describe(MachineClass machine)
    {
        var limits = machine.Limits;
        return new MachineAnswer(
            machine.Name,
            limits.MilliCpu / 1000m,
            limits.MemoryBytes,
            limits.Pids,
            limits.DiskBytes,
            limits.Inodes,
            limits.LogBytes,
            limits.BandwidthBitsPerSecond,
            quotes.CostPerMonth(machine));
    }
}
