using System.Globalization;
using System.Reflection;
using System.Text;

namespace Codius.Conformance;

/// <summary>One request to the original and its answer.</summary>
public sealed record RecordedExchange(RecordedMessage Request, RecordedMessage Answer);

/// <summary>
/// One recorded file: an exchange, or two when the original asked for money in between. <paramref name="Paid"/> is what
/// the original's client then paid.
/// </summary>
public sealed record Recording(string Name, IReadOnlyList<RecordedExchange> Exchanges, ulong? Paid, bool IsCut)
{
    private static readonly Assembly Files = typeof(Recording).Assembly;

    /// <summary>In the order in which they were made: later ones speak of pods that earlier ones uploaded.</summary>
    public static IReadOnlyList<Recording> All { get; } =
        [.. Files.GetManifestResourceNames().Order(StringComparer.Ordinal).Select(Read)];

    public static Recording Parse(string name, string text)
    {
        var sections = Split(text);
        var requests = sections.Where(s => s.Mark.StartsWith(">>> ", StringComparison.Ordinal)).ToList();
        var answers = sections.Where(s => s.Mark.StartsWith("<<< ", StringComparison.Ordinal)).ToList();
        var exchanges = requests.Zip(answers, (request, answer) =>
            new RecordedExchange(RecordedMessage.Parse(request.Text), RecordedMessage.Parse(answer.Text))).ToList();
        var isCut = text.StartsWith("# cut by the client", StringComparison.Ordinal);
        return new Recording(name, exchanges, PaidIn(text), isCut);
    }

    public override string ToString() => Name;

    private static Recording Read(string name)
    {
        using var reader = new StreamReader(Files.GetManifestResourceStream(name)!, Encoding.Latin1);
        return Parse(name, reader.ReadToEnd());
    }

    private static List<(string Mark, string Text)> Split(string text)
    {
        var sections = new List<(string Mark, string Text)>();
        foreach (var part in ("\n" + text).Split(["\n>>> ", "\n<<< ", "\n=== "], StringSplitOptions.None).Skip(1))
        {
            var line = part.IndexOf('\n');
            var kind = part[..line] switch
            {
                "request" or "client to host" => ">>> ",
                "response" or "host to client" => "<<< ",
                _ => "=== ",
            };
            sections.Add((kind, part[(line + 1)..]));
        }

        return sections;
    }

    private static ulong? PaidIn(string text)
    {
        const string Mark = "price(paid)=";
        var at = text.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var digits = text.AsSpan(at + Mark.Length);
        return ulong.Parse(digits[..digits.IndexOf(' ')], CultureInfo.InvariantCulture);
    }
}
