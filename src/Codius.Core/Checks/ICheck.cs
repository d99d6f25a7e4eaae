namespace Codius.Core.Checks;

/// <summary>
/// One thing that a host needs, which can be looked at while a host runs or none does, and changes nothing.
/// </summary>
public interface ICheck
{
    /// <summary>What is looked at, in a word or two.</summary>
    string Name { get; }

    /// <summary>Looks at it. An exception means that it could not be looked at.</summary>
    Task<Finding> RunAsync(CancellationToken cancellationToken);
}
