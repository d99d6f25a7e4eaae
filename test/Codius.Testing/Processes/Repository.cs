namespace Codius.Testing.Processes;

public static class Repository
{
    /// <summary>The root of the source tree that the running test was built from.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string Find(string directory)
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Codius.slnx"))) return at.FullName;
        throw new InvalidOperationException($"no Codius.slnx above {directory}");
    }
}
