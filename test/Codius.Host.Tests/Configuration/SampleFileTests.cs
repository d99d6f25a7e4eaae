using System.Text.Json;
using System.Text.Json.Nodes;
using Codius.Host.Configuration;
using Codius.Host.Ingress;
using Codius.Host.Payments;
using Codius.Host.Payments.Rates;
using Codius.Host.PodAccounts;
using Codius.Host.Pods;
using Codius.Host.Runtime;
using Codius.Host.Runtime.Hyperd;
using Codius.Runtime.Containerd.Network;
using Codius.Testing.Processes;
using Microsoft.Extensions.Configuration;

namespace Codius.Host.Tests.Configuration;

/// <summary>
/// The sample file and the operators' table are the documentation of the settings: they tell all and nothing else.
/// </summary>
public sealed class SampleFileTests
{
    private static readonly string Sample = Repository.PathOf("deploy", "codiusd.sample.json");

    private static readonly (string Name, object Defaults)[] Sections =
    [
        ("Hyper:", new HyperOptions()),
        ("Ingress:", new IngressOptions()),
        ("Network:", new NetworkOptions()),
        ("Payments:", new PaymentOptions()),
        ("Pods:", new PodOptions()),
        ("Machines:", new MachineOptions()),
        ("Admission:", new AdmissionOptions()),
        ("Rates:", new RateOptions()),
        ("Images:", new ImageOptions()),
        ("PodAccounts:", new PodAccountOptions()),
    ];

    [Fact]
    public void The_sample_file_holds_every_setting()
    {
        var comments = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip };
        var sample = JsonNode.Parse(File.ReadAllText(Sample), null, comments)!["Codius"]!.AsObject();
        NamesIn(sample).Order().ShouldBe(Names().Order());
    }

    [Fact]
    public void Its_values_are_the_defaults()
    {
        var section = new ConfigurationBuilder().AddJsonFile(Sample).Build().GetSection(HostOptions.Section);
        ShouldBeDefaults(section.Get<HostOptions>(), new HostOptions());
        foreach (var (name, defaults) in Sections)
            ShouldBeDefaults(section.GetSection(name.TrimEnd(':')).Get(defaults.GetType()), defaults);
    }

    [Fact]
    public async Task The_operators_table_names_every_setting()
    {
        var table = await File.ReadAllTextAsync(Repository.PathOf("docs", "operators.md"));
        foreach (var name in Names())
            table.ShouldContain($"`{name}`");
    }

    private static void ShouldBeDefaults(object? bound, object defaults) =>
        JsonSerializer.Serialize(bound).ShouldBe(JsonSerializer.Serialize(defaults));

    private static IEnumerable<string> Names() => Sections.Append((Name: "", Defaults: new HostOptions()))
        .SelectMany(section => NamesIn(JsonSerializer.SerializeToNode(section.Defaults)!.AsObject(), section.Name));

    private static IEnumerable<string> NamesIn(JsonObject json, string prefix = "") => json.SelectMany(
        pair => pair.Value is JsonObject inner ? NamesIn(inner, $"{prefix}{pair.Key}:") : [prefix + pair.Key]);
}
