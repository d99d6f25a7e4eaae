namespace Codius.Runtime.Containerd.Daemon;

/// <summary>
/// How containerd runs a pod's containers: <paramref name="Type"/> names the shim, <paramref name="Binary"/> what it
/// calls to have <paramref name="Program"/> run, <paramref name="ConfigPath"/> the settings of a shim that has its own.
/// With a containerd that was there already, only the name counts.
/// </summary>
internal sealed record RuntimeHandler(
    string Name,
    string Isolation,
    string Type,
    string Binary,
    string Program,
    string? ConfigPath = null,
    string? ShimDirectory = null)
{
    public const string Gvisor = "gvisor";
    public const string Kata = "kata";
    public const string RuncShim = "io.containerd.runc.v2";

    /// <summary>Whether gVisor is called through the stand-in, since its shim is not there or does not work.</summary>
    public bool NeedsStandIn => (Isolation, Type) == (Gvisor, RuncShim);

    public override string ToString() => Isolation switch
    {
        Gvisor => $"gVisor ({Program} with {(NeedsStandIn ? "a stand-in for its shim" : "its own shim")})",
        Kata => $"Kata Containers ({Program})",
        _ => $"{Name} ({Program})",
    };
}
