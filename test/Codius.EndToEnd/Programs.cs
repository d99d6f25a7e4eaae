using Codius.Testing.Processes;

namespace Codius.EndToEnd;

/// <summary>The built programs, in the configuration that the tests were built in.</summary>
internal static class Programs
{
    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static string Codiusd { get; } = PathOf("Codius.Host", "codiusd");

    public static string Codius { get; } = PathOf("Codius.Cli", "codius");

    private static string PathOf(string project, string program) =>
        Repository.PathOf("src", project, "bin", Configuration, "net10.0", program);
}
