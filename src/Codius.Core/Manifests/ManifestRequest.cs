using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Codius.Core.Manifests;

/// <summary>
/// The body of an upload or of a request for a quote, read and checked:
/// <c>{"manifest":{…},"private":{"vars":{…}}?}</c>.
/// </summary>
public sealed record ManifestRequest
{
    public required Manifest Manifest { get; init; }

    /// <summary>As sent, by the names of their variables.</summary>
    public required IReadOnlyDictionary<string, PrivateValue> Private { get; init; }

    /// <summary>The values of all variables; without those private ones that a quote did not bring.</summary>
    public required VariableValues Values { get; init; }

    public ManifestHash Hash => Manifest.Hash;

    public static bool TryRead(
        ReadOnlySpan<byte> utf8,
        ManifestRules rules,
        [NotNullWhen(true)] out ManifestRequest? request,
        [NotNullWhen(false)] out ManifestErrors? errors)
    {
        request = null;
        var problems = new ErrorCollector();
        if (!ParsedJson.TryRead(utf8, out var document, out var problem))
            problems.Add("body", problem);
        else if (ManifestSchema.ReadRequest(document, rules, problems) is var (manifest, privateValues))
        {
            if (!ManifestChecks.TryFinish(manifest, privateValues, rules, out var read, out var values, out errors))
                return false;
            request = new ManifestRequest { Manifest = read, Private = privateValues, Values = values };
            return true;
        }

        errors = problems.ToErrors(FailureKind.InvalidRequest);
        return false;
    }

    /// <summary>The request as a body again, in canonical JSON. Contains the private values.</summary>
    public byte[] ToBody()
    {
        var text = new StringBuilder("{\"manifest\":").Append(Manifest.CanonicalJson);
        if (Private.Count > 0)
        {
            var separator = ",\"private\":{\"vars\":{";
            foreach (var (name, value) in Private.OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                CanonicalJson.AppendText(text.Append(separator), name);
                text.Append(':').Append(value.ToCanonicalJson());
                separator = ",";
            }

            text.Append("}}");
        }

        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }
}

/// <summary>The values of variables, public and private. Prints as nothing.</summary>
public sealed class VariableValues
{
    private readonly IReadOnlyDictionary<string, string> _values;

    internal VariableValues(IReadOnlyDictionary<string, string> values) => _values = values;

    internal string this[string name] => _values.TryGetValue(name, out var value)
        ? value
        : throw new InvalidOperationException($"The value of {name} is not known: the request was read for a quote.");
}
