using System.Text;

namespace Codius.Client.Hosts;

/// <summary>
/// Text from hosts and pods may be shown on a terminal, where control characters can do more than print. They are
/// replaced, and so are the invisible ones that reorder what is read.
/// </summary>
public static class SafeText
{
    public static string Clean(string text, int maxLength)
    {
        var clean = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var c in text)
        {
            if (clean.Length == maxLength)
                return clean.Append('…').ToString();
            clean.Append(IsHarmful(c) ? '\ufffd' : c);
        }

        return clean.ToString();
    }

    private static bool IsHarmful(char c) =>
        (char.IsControl(c) && c != '\t') || c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069';
}
