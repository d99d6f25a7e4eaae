using Codius.Core.Leases;
using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Host.PodAccounts;
using Codius.Host.Pods.Logs;
using Codius.Host.Secrets;
using Microsoft.Extensions.Options;

namespace Codius.Host.Pods;

/// <summary>What every owner of a pod works with.</summary>
internal sealed class PodServices(
    IPodRuntime runtime,
    IHostStore store,
    Readiness readiness,
    Capacity capacity,
    PodSeal seal,
    PodNotes notes,
    IOptions<HostOptions> options,
    IOptions<PodOptions> pods,
    MachineTable machines,
    TimeProvider time,
    ILogger<PodActor> log,
    IPodAccounts? accounts = null)
{
    public IPodRuntime Runtime => runtime;

    public IHostStore Store => store;

    public Readiness Readiness => readiness;

    public Capacity Capacity => capacity;

    public PodSeal Seal => seal;

    public PodNotes Notes => notes;

    public HostOptions Options => options.Value;

    public PodOptions Pods => pods.Value;

    public MachineTable Machines => machines;

    public TimeProvider Time => time;

    public IPodAccounts Accounts { get; } = accounts ?? NoPodAccounts.Instance;

    public ILogger Log => log;
}
