namespace Codius.Core.Checks;

public enum FindingKind
{
    Well,

    /// <summary>The host can run, and somebody should know.</summary>
    Warning,

    /// <summary>The host cannot run, or not as it should.</summary>
    Failed,
}

/// <summary>What a check found; <paramref name="Advice"/> says what to do, and is null when all is well.</summary>
public sealed record Finding(FindingKind Kind, string Message, string? Advice = null)
{
    public static Finding Well(string message) => new(FindingKind.Well, message);

    public static Finding Warning(string message, string advice) => new(FindingKind.Warning, message, advice);

    public static Finding Failed(string message, string advice) => new(FindingKind.Failed, message, advice);
}
