using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Packages;

public sealed class PackageTests : IDisposable
{
    private const string RepositoryUrl = "https://git.example/interledger";

    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [Theory]
    [InlineData("Interledger", new string[0], new string[0])]
    [InlineData("Interledger.Connector", new[] { "Interledger" }, new[] { "Microsoft.AspNetCore.App" })]
    public async Task A_package_has_all_that_its_users_need_and_brings_nothing_else(
        string library, string[] dependencies, string[] frameworks)
    {
        (await RunAsync(
            "pack", ProjectOf(library), "--no-build", "--nologo", "-c", Samples.Configuration, "-o", _output.Path,
            $"-p:RepositoryUrl={RepositoryUrl}")).EnsureSuccess();

        using var package = Open(library, "nupkg");
        Content(package).ShouldBe(["README.md", $"lib/net10.0/{library}.dll", $"lib/net10.0/{library}.xml"]);
        Text(package, "README.md").ShouldBe(File.ReadAllText(Repository.PathOf("src", library, "README.md")));
        Text(package, $"lib/net10.0/{library}.xml").ShouldContain("<summary>");
        var about = XDocument.Parse(Text(package, library + ".nuspec"));
        (One(about, "license"), One(about, "readme")).ShouldBe(("Apache-2.0", "README.md"));
        One(about, "description").ShouldNotBeEmpty();
        One(about, "tags").ShouldContain("interledger");
        Attributes(about, "repository", "url").ShouldBe([RepositoryUrl]);
        Attributes(about, "dependency", "id").ShouldBe(dependencies);
        Attributes(about, "frameworkReference", "name").ShouldBe(frameworks);

        using var symbols = Open(library, "snupkg");
        Content(symbols).ShouldBe([$"lib/net10.0/{library}.pdb"]);
        IdOfSymbols(Bytes(symbols, $"lib/net10.0/{library}.pdb"))
            .ShouldBe(IdOfLibrary(Bytes(package, $"lib/net10.0/{library}.dll")));
    }

    [Theory]
    [InlineData("Interledger")]
    [InlineData("Interledger.Connector")]
    public async Task Where_the_repository_is_published_the_symbols_lead_to_its_files(string library)
    {
        // A remote in the settings of the user, so that those of the repository, and its origin, stay as they are.
        Directory.CreateDirectory(_output["git"]);
        await File.WriteAllTextAsync(
            _output["git/config"], "[remote \"public\"]\n\turl = https://github.com/example/interledger.git\n");
        (await RunAsync(
            "msbuild", ProjectOf(library), "-nologo", "-t:GenerateSourceLinkFile",
            "-p:GitRepositoryRemoteName=public",
            $"-p:Configuration={Samples.Configuration}", $"-p:IntermediateOutputPath={_output.Path}/"))
            .EnsureSuccess();
        (await File.ReadAllTextAsync(_output[library + ".sourcelink.json"]))
            .ShouldContain("https://raw.githubusercontent.com/example/interledger/");
    }

    private Task<ProgramResult> RunAsync(params string[] arguments) => RunningProgram.RunAsync(
        new ProgramStart("dotnet", [.. arguments, "-nodeReuse:false"])
        {
            Environment = new Dictionary<string, string?>
            {
                ["XDG_CONFIG_HOME"] = _output.Path,
                // Continuous integration looks at no settings of users.
                ["CI"] = null,
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            },
        },
        TimeSpan.FromMinutes(1));

    private static string ProjectOf(string library) => Repository.PathOf("src", library, library + ".csproj");

    private ZipArchive Open(string library, string kind) => ZipFile.OpenRead(
        Directory.GetFiles(_output.Path, "*." + kind).Single(file => Path.GetFileName(file).StartsWith(library)));

    // Without what every package has for its own purposes.
    private static string[] Content(ZipArchive package) =>
    [
        .. package.Entries.Select(static entry => entry.FullName)
            .Where(static name => name.StartsWith("lib/") || !(name.Contains('/') || name.EndsWith(".nuspec")
                || name == "[Content_Types].xml"))
            .Order(StringComparer.Ordinal),
    ];

    private static byte[] Bytes(ZipArchive package, string name)
    {
        using var content = package.GetEntry(name)!.Open();
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string Text(ZipArchive package, string name)
    {
        using var text = new StreamReader(package.GetEntry(name)!.Open());
        return text.ReadToEnd();
    }

    private static string One(XDocument about, string name) =>
        about.Descendants().Single(each => each.Name.LocalName == name).Value;

    private static string[] Attributes(XDocument about, string element, string attribute) =>
    [
        .. about.Descendants().Where(each => each.Name.LocalName == element)
            .Select(each => each.Attribute(attribute)!.Value),
    ];

    private static Guid IdOfSymbols(byte[] symbols)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(symbols));
        return new BlobContentId(provider.GetMetadataReader().DebugMetadataHeader!.Id).Guid;
    }

    private static Guid IdOfLibrary(byte[] library)
    {
        using var reader = new PEReader(new MemoryStream(library));
        var entry = reader.ReadDebugDirectory().First(static each => each.Type == DebugDirectoryEntryType.CodeView);
        return reader.ReadCodeViewDebugDirectoryData(entry).Guid;
    }
}
