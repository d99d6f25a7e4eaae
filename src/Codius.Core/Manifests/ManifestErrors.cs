namespace Codius.Core.Manifests;

/// <summary>One thing wrong, at a JSON path: <c>manifest.containers[0].image: is required</c>.</summary>
public sealed record ManifestError(string Path, string Message)
{
    public override string ToString() => $"{Path}: {Message}";
}

/// <summary>
/// Why a request was refused: <see cref="FailureKind.InvalidRequest"/> when it has not the shape of one,
/// <see cref="FailureKind.InvalidManifest"/> when its manifest means nothing that can be run. Never contains a value
/// of a variable.
/// </summary>
public sealed record ManifestErrors(FailureKind Kind, IReadOnlyList<ManifestError> Errors)
{
    public Failure ToFailure() => new(Kind, ToString(), Blame.Caller);

    public override string ToString() => string.Join("; ", Errors);
}
