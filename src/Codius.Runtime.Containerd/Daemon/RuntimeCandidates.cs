namespace Codius.Runtime.Containerd.Daemon;

/// <summary>
/// What could isolate pods on this machine, best first, and why others could not. Whether it does is another question:
/// only a sandbox that was made in it tells.
/// </summary>
internal sealed record RuntimeCandidates(IReadOnlyList<RuntimeHandler> Present, IReadOnlyList<string> Absent)
{
    private const string RunscShimProgram = "containerd-shim-runsc-v1";
    private const string KataShimProgram = "containerd-shim-kata-v2";

    /// <summary>Kata's own release is below a directory of its own and not on the PATH.</summary>
    private const string KataRelease = "/opt/kata/bin/" + KataShimProgram;

    private const string NotTrusted =
        "runc and crun leave only the kernel between pods and this machine, and code is not said to be trusted";

    public static RuntimeCandidates Find(ContainerdOptions options)
    {
        var (present, absent) = (new List<RuntimeHandler>(), new List<string>());
        foreach (var name in NamesOf(options))
        {
            var found = options.ExistingSocket is null ? Installed(name, options) : [Configured(name)];
            present.AddRange(found);
            if (found.Count == 0)
                absent.Add($"{ProgramOf(name, options)} is not installed");
        }

        if (options is { RuntimeHandler: ContainerdOptions.Auto, TrustCode: false })
            absent.Add(NotTrusted);
        return new RuntimeCandidates(present, absent);
    }

    private static string[] NamesOf(ContainerdOptions options) => options switch
    {
        { RuntimeHandler: ContainerdOptions.Auto, TrustCode: true } => ["runsc", "kata", "runc", "crun"],
        { RuntimeHandler: ContainerdOptions.Auto } => ["runsc", "kata"],
        _ => [options.RuntimeHandler],
    };

    /// <summary>
    /// The program that an operator names is that of the handler that he names, and gVisor's if he names none.
    /// </summary>
    private static string ProgramOf(string name, ContainerdOptions options)
    {
        var named = options.RuntimeHandler == ContainerdOptions.Auto ? "runsc" : options.RuntimeHandler;
        return (name == named ? options.RuntimePath : null) ?? (name == RuntimeHandler.Kata ? KataShimProgram : name);
    }

    private static IReadOnlyList<RuntimeHandler> Installed(string name, ContainerdOptions options)
    {
        var program = ProgramPath.Find(ProgramOf(name, options));
        if (name == RuntimeHandler.Kata)
            program ??= ProgramPath.Find(KataRelease);
        return (name, program) switch
        {
            (_, null) => [],
            ("runsc", _) => GvisorOf(program, options),
            (RuntimeHandler.Kata, _) => [new RuntimeHandler(
                name, name, "io.containerd.kata.v2", program, program, ShimDirectory: Path.GetDirectoryName(program))],
            _ => [new RuntimeHandler(name, name, RuntimeHandler.RuncShim, program, program)],
        };
    }

    private static IReadOnlyList<RuntimeHandler> GvisorOf(string program, ContainerdOptions options)
    {
        var standIn = new RuntimeHandler(
            "runsc",
            RuntimeHandler.Gvisor,
            RuntimeHandler.RuncShim,
            Path.Combine(options.RootDirectory, "runsc-stand-in"),
            program);
        var beside = Path.Combine(Path.GetDirectoryName(program) ?? "/", RunscShimProgram);
        if ((File.Exists(beside) ? beside : ProgramPath.Find(RunscShimProgram)) is not { } shim)
            return [standIn];
        var withShim = new RuntimeHandler(
            "runsc",
            RuntimeHandler.Gvisor,
            "io.containerd.runsc.v1",
            program,
            program,
            Path.Combine(options.RootDirectory, "runsc.toml"),
            Path.GetDirectoryName(shim));
        return [withShim, standIn with { Name = "runsc-alone" }];
    }

    private static RuntimeHandler Configured(string name) =>
        new(
            name,
            name == "runsc" ? RuntimeHandler.Gvisor : name,
            Type: "",
            Binary: "",
            Program: "as containerd has it");
}
