using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Architecture;

/// <summary>docs/architecture.md, "Who may use whom", read from the project files.</summary>
public sealed class ReferenceRules
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Interledger"] = [],
        ["Interledger.Connector"] = ["Interledger"],
        ["Interledger.Cli"] = ["Interledger.Connector"],
        ["Codius.Core"] = [],
        ["Codius.Runtime.Containerd"] = ["Codius.Core"],
        ["Codius.Storage"] = ["Codius.Core", "Interledger.Connector"],
        ["Codius.Client"] = ["Codius.Core", "Interledger"],
        ["Codius.Cli"] = ["Codius.Client", "Interledger.Connector"],
        ["Codius.Host"] =
        [
            "Interledger", "Interledger.Connector", "Codius.Core", "Codius.Runtime.Containerd", "Codius.Storage",
            "Codius.Client",
        ],
    };

    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["Interledger"] = [],
        ["Interledger.Connector"] = [],
        ["Codius.Core"] = ["SimpleBase"],
    };

    public static TheoryData<string> Rooms =>
        [.. Directory.GetDirectories(Source()).Select(directory => Path.GetFileName(directory))];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_the_rooms_that_it_may(string room) =>
        References(room, "ProjectReference").Select(Path.GetFileNameWithoutExtension)
            .ShouldBeSubsetOf(Allowed.ShouldContainKeyAndGet(room));

    [Theory]
    [InlineData("Interledger")]
    [InlineData("Interledger.Connector")]
    [InlineData("Codius.Core")]
    public void The_libraries_bring_no_packages_of_others(string room) =>
        References(room, "PackageReference").ShouldBeSubsetOf(AllowedPackages[room]);

    [Fact]
    public void Only_payments_the_uplink_and_the_accounts_of_pods_know_interledger_in_the_host()
    {
        var folders = new[] { "Payments", "PodAccounts", "Uplink" }
            .Select(name => Path.Combine(Source(), "Codius.Host", name) + "/");
        Directory.EnumerateFiles(Path.Combine(Source(), "Codius.Host"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/") && !folders.Any(file.StartsWith))
            .Where(file => File.ReadLines(file).Any(line => line.StartsWith("using Interledger")))
            .ShouldBeEmpty();
    }

    private static IEnumerable<string> References(string room, string kind) =>
        XDocument.Load(Path.Combine(Source(), room, room + ".csproj")).Descendants(kind)
            .Where(element => element.Attribute("PrivateAssets")?.Value != "all")
            .Select(element => element.Attribute("Include")!.Value);

    private static string Source()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Codius.slnx")))
            directory = directory.Parent;
        return Path.Combine(directory.FullName, "src");
    }
}

internal static class DictionaryAssertions
{
    public static TValue ShouldContainKeyAndGet<TKey, TValue>(this Dictionary<TKey, TValue> dictionary, TKey key)
        where TKey : notnull
    {
        dictionary.ShouldContainKey(key);
        return dictionary[key];
    }
}
