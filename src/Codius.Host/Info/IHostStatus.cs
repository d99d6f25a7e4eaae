namespace Codius.Host.Info;

/// <summary>What the pods say about the host; the pods feature implements it.</summary>
public interface IHostStatus
{
    int RunningPods { get; }

    /// <summary>Whether not even the smallest pod fits into what pods may use.</summary>
    bool MemoryFull { get; }

    bool AcceptingUploads { get; }

    /// <summary>What stands between pods and this machine: <c>gvisor</c>, <c>runc</c>, <c>none</c>.</summary>
    string Isolation { get; }

    /// <summary>The machine classes that are sold, with today's prices.</summary>
    IReadOnlyList<MachineAnswer> Machines { get; }
}
