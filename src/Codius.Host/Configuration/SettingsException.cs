namespace Codius.Host.Configuration;

/// <summary>Settings that cannot be used, each named. It ends the start with a message and no stack trace.</summary>
public sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join("; ", problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
