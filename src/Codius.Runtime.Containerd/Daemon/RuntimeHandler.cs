namespace Codius.Runtime.Containerd.Daemon;

/// <summary>
/// How containerd runs a pod's containers: <paramref name="Type"/> names the shim, <paramref name="Binary"/> what it
/// calls to have <paramref name="Program"/> run, <paramref name="ConfigPath"/> the settings of a shim that has its own.
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
    private const string RuncShim = "io.containerd.runc.v2";
    private const string RunscShim = "io.containerd.runsc.v1";
    private const string RunscShimProgram = "containerd-shim-runsc-v1";

    /// <summary>Whether gVisor is called through the stand-in, since its shim is not there.</summary>
    public bool NeedsStandIn => Name == "runsc" && Type == RuncShim;

    /// <summary>What this machine has for the runtime that the options name; null if its program is missing.</summary>
    public static RuntimeHandler? Find(ContainerdOptions options)
    {
        if (ProgramPath.Find(options.RuntimePath ?? options.RuntimeHandler) is not { } program)
            return null;
        if (options.RuntimeHandler != "runsc")
            return new RuntimeHandler(options.RuntimeHandler, options.RuntimeHandler, RuncShim, program, program);
        var beside = Path.Combine(Path.GetDirectoryName(program) ?? "/", RunscShimProgram);
        var shim = File.Exists(beside) ? beside : ProgramPath.Find(RunscShimProgram);
        return shim is null
            ? new RuntimeHandler("runsc", "gvisor", RuncShim, Path.Combine(options.RootDirectory, "runsc-stand-in"), program)
            : new RuntimeHandler(
                "runsc",
                "gvisor",
                RunscShim,
                program,
                program,
                Path.Combine(options.RootDirectory, "runsc.toml"),
                Path.GetDirectoryName(shim));
    }
}
