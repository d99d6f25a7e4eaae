using Codius.Core;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Microsoft.Extensions.Options;

namespace Codius.Host.Pods;

/// <summary>
/// What the operator takes and what not. Section <c>Codius:Admission</c>. An entry is what
/// <see cref="AdmissionEntry"/> says.
/// </summary>
public sealed class AdmissionOptions
{
    /// <summary>When not empty, only what one of these names.</summary>
    public IList<string> Allow { get; set; } = [];

    /// <summary>Nothing that one of these names, whatever is allowed.</summary>
    public IList<string> Deny { get; set; } = [];
}

/// <summary>Refuses what the operator does not want, before anything is done for it.</summary>
internal sealed class Admission(IOptions<AdmissionOptions> options)
{
    private readonly AdmissionRules _rules = new(Read(options.Value.Allow), Read(options.Value.Deny));

    public Failure? Refuse(Manifest manifest) => _rules.Refuse(manifest);

    private static List<AdmissionEntry> Read(IEnumerable<string> texts) =>
        [.. texts.Select(text => AdmissionEntry.TryParse(text, out var entry) ? entry : null).OfType<AdmissionEntry>()];
}

internal sealed class AdmissionOptionsValidator : IValidateOptions<AdmissionOptions>
{
    public ValidateOptionsResult Validate(string? name, AdmissionOptions options)
    {
        var wrong = Find("Allow", options.Allow).Concat(Find("Deny", options.Deny)).ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Find(string list, IList<string> texts) => texts
        .Where(text => !AdmissionEntry.TryParse(text, out _))
        .Select(text => $"Codius:Admission:{list}: \"{text}\" is no manifest hash, no digest and no name of an image");
}
