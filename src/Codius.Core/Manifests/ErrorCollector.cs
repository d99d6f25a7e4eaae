using System.Text;

namespace Codius.Core.Manifests;

/// <summary>Collects errors, as many as are of use, with names that strangers chose made safe to print.</summary>
internal sealed class ErrorCollector
{
    private const int MaxErrors = 20;
    private const int MaxNameLength = 64;

    private readonly List<ManifestError> _errors = [];

    public bool Any => _errors.Count > 0;

    public void Add(string path, string message)
    {
        if (_errors.Count < MaxErrors)
            _errors.Add(new ManifestError(path, message));
    }

    public ManifestErrors ToErrors(FailureKind kind) => new(kind, _errors);

    /// <summary>The path of a member of the object at <paramref name="parent"/> (empty for the document).</summary>
    public static string Member(string parent, string name) =>
        parent.Length == 0 ? Printable(name) : $"{parent}.{Printable(name)}";

    public static string Printable(string name)
    {
        var isPlain = name.Length is > 0 and <= MaxNameLength && !name.AsSpan().ContainsAnyExceptInRange('!', '~');
        if (isPlain)
            return name;
        var text = new StringBuilder();
        CanonicalJson.AppendText(text, name.Length <= MaxNameLength ? name : name[..MaxNameLength] + "…");
        return text.ToString();
    }
}
