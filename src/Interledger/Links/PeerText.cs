namespace Interledger.Links;

/// <summary>What a peer says in words, made fit for a log line.</summary>
internal static class PeerText
{
    private const int Longest = 200;

    public static string OneLine(string words)
    {
        var start = words.Length > Longest ? words[..Longest] : words;
        return string.Concat(start.Select(c => char.IsControl(c) ? ' ' : c));
    }
}
