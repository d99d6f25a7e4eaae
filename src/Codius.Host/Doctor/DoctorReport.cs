using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Codius.Core.Checks;
using Codius.Host.Errors;

namespace Codius.Host.Doctor;

/// <summary>What <c>codiusd doctor</c> found, for persons and for programs.</summary>
internal sealed record DoctorReport(bool Well, IReadOnlyList<CheckReport> Checks)
{
    private const int StatusWidth = 9;
    private const int NameWidth = 13;
    private const int Width = 120;

    public static DoctorReport Of(IReadOnlyList<(string Name, Finding Finding)> findings) => new(
        findings.All(f => f.Finding.Kind != FindingKind.Failed),
        [.. findings.Select(f =>
            new CheckReport(f.Name, StatusOf(f.Finding.Kind), f.Finding.Message, f.Finding.Advice))]);

    public string ToJson() => JsonSerializer.Serialize(this, DoctorJson.Plain.DoctorReport) + "\n";

    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var check in Checks)
        {
            text.Append(check.Status.PadRight(StatusWidth)).Append(check.Name.PadRight(NameWidth));
            Wrap(text, check.Message);
            if (check.Advice is not { } advice)
                continue;
            text.Append(' ', StatusWidth + NameWidth);
            Wrap(text, "→ " + advice);
        }

        var failed = Checks.Count(c => c.Status == StatusOf(FindingKind.Failed));
        return text
            .Append(failed == 0 ? "This machine can be a host.\n" : $"{failed} of {Checks.Count} failed.\n")
            .ToString();
    }

    private static string StatusOf(FindingKind kind) => kind switch
    {
        FindingKind.Well => "well",
        FindingKind.Warning => "warning",
        _ => "failed",
    };

    private static void Wrap(StringBuilder text, string words)
    {
        const int Left = StatusWidth + NameWidth;
        var column = Left;
        foreach (var word in words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (column > Left && column + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', Left);
                column = Left;
            }

            if (column > Left)
                text.Append(' ');
            text.Append(word);
            column += word.Length + 1;
        }

        text.Append('\n');
    }
}

/// <summary>One check: <c>well</c>, <c>warning</c> or <c>failed</c>, what was found, and what to do.</summary>
internal sealed record CheckReport(string Name, string Status, string Message, string? Advice);

[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext
{
    public static DoctorJson Plain { get; } = new(PlainJson.CreateOptions());
}
