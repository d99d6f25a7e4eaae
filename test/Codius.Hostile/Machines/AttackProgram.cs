using Codius.Testing.Processes;

namespace Codius.Hostile.Machines;

/// <summary>The programs of Programs/*.c without libraries, so that they run in any image and on the machine.</summary>
internal static class AttackProgram
{
    public const string InImage = "/bin/attack";
    public const string Server = "/bin/naive-server";

    /// <summary>Compiles the program that has the name of the file.</summary>
    public static async Task CompileAsync(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var source = Repository.PathOf("test", "Codius.Hostile", "Programs", Path.GetFileName(path) + ".c");
        (await RunningProgram.RunAsync(new ProgramStart("gcc", "-O1", "-static", "-o", path, source))).EnsureSuccess();
    }
}
