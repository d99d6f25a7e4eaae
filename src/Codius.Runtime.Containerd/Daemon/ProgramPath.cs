namespace Codius.Runtime.Containerd.Daemon;

/// <summary>
/// Finds programs as a shell does, and where administrators' programs are even if the PATH leaves that out.
/// </summary>
internal static class ProgramPath
{
    private static readonly string[] Administrators =
        ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin"];

    public static string? Find(string name)
    {
        if (name.Contains('/'))
            return File.Exists(name) ? Path.GetFullPath(name) : null;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(Administrators)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
    }
}
