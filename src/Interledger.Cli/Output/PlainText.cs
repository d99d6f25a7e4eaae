using System.Globalization;

namespace Interledger.Cli.Output;

/// <summary>Words of strangers, made fit for a line on a terminal.</summary>
internal static class PlainText
{
    private const int Longest = 300;

    public static string OneLine(string words)
    {
        var start = words.Length > Longest ? words[..Longest] + "…" : words;
        return string.Concat(start.Select(c => IsPlain(c) ? c : ' '));
    }

    // Marks that turn the direction of writing could make a line say something else.
    private static bool IsPlain(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator);
}
