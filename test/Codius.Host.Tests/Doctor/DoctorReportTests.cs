using System.Text.Json.Nodes;
using Codius.Core.Checks;
using Codius.Host.Doctor;

namespace Codius.Host.Tests.Doctor;

public sealed class DoctorReportTests
{
    [Fact]
    public void Warnings_are_told_and_fail_nothing()
    {
        var report = DoctorReport.Of([("clock", Finding.Warning("late", "wind it")), ("disk", Finding.Well("large"))]);
        report.Well.ShouldBeTrue();
        report.ToText().ShouldBe(
            """
            warning  clock        late
                                  → wind it
            well     disk         large
            This machine can be a host.

            """);
    }

    [Fact]
    public void Programs_read_the_same_as_persons()
    {
        var json = JsonNode.Parse(DoctorReport.Of([("disk", Finding.Failed("full", "buy another"))]).ToJson())!;
        json["well"]!.GetValue<bool>().ShouldBeFalse();
        var check = json["checks"]!.AsArray().ShouldHaveSingleItem()!;
        new[] { "name", "status", "message", "advice" }.Select(n => check[n]!.GetValue<string>())
            .ShouldBe(["disk", "failed", "full", "buy another"]);
    }

    [Fact]
    public void Long_lines_are_wrapped_beside_the_names() =>
        DoctorReport.Of([("disk", Finding.Well(string.Join(' ', Enumerable.Repeat("word", 60))))]).ToText()
            .Split('\n').ShouldAllBe(line => line.Length <= 120);
}
