using System.Text.Json;
using System.Text.Json.Nodes;
using Codius.Host.Configuration;
using Codius.Host.Ingress;
using Codius.Testing.Processes;
using Microsoft.Extensions.Configuration;

namespace Codius.Host.Tests.Configuration;

/// <summary>
/// The sample file and the operators' table are the documentation of the settings: they tell all and nothing else.
/// </summary>
public sealed class SampleFileTests
{
    private static readonly string Sample = Repository.PathOf("deploy", "codiusd.sample.json");

    [Fact]
    public void The_sample_file_holds_every_setting_with_its_default()
    {
        var section = new ConfigurationBuilder().AddJsonFile(Sample).Build().GetSection(HostOptions.Section);
        var bound = section.Get<HostOptions>()!;
        JsonSerializer.Serialize(bound).ShouldBe(JsonSerializer.Serialize(new HostOptions()));
        JsonSerializer.Serialize(section.GetSection("Ingress").Get<IngressOptions>())
            .ShouldBe(JsonSerializer.Serialize(new IngressOptions()));
        UnknownSettings.Find(section, typeof(HostOptions), othersHaveSections: true).ShouldBeEmpty();

        var text = JsonNode.Parse(File.ReadAllText(Sample), null, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        NamesIn(text!["Codius"]!.AsObject()).Except(NamesIn(JsonSerializer.SerializeToNode(new IngressOptions())!.AsObject(), "Ingress:"))
            .Order().ShouldBe(NamesIn(JsonSerializer.SerializeToNode(new HostOptions())!.AsObject()).Order());
    }

    [Fact]
    public async Task The_operators_table_names_every_setting()
    {
        var table = await File.ReadAllTextAsync(Repository.PathOf("docs", "operators.md"));
        foreach (var name in NamesIn(JsonSerializer.SerializeToNode(new HostOptions())!.AsObject()))
            table.ShouldContain($"`{name}`");
        foreach (var name in NamesIn(JsonSerializer.SerializeToNode(new IngressOptions())!.AsObject(), "Ingress:"))
            table.ShouldContain($"`{name}`");
    }

    private static IEnumerable<string> NamesIn(JsonObject json, string prefix = "") => json.SelectMany(
        pair => pair.Value is JsonObject inner ? NamesIn(inner, $"{prefix}{pair.Key}:") : [prefix + pair.Key]);
}
