using Codius.Testing.Processes;

namespace Interledger.Connector.Tests.Packages;

/// <summary>The programs that the libraries' READMEs show, in the configuration that the tests were built in.</summary>
internal static class Samples
{
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static string SourceOf(string name) => File.ReadAllText(Repository.PathOf("samples", name, "Program.cs"));

    public static ProgramStart Program(string name, params string[] arguments) => new(
        Repository.PathOf("samples", name, "bin", Configuration, "net10.0", name), arguments);
}
