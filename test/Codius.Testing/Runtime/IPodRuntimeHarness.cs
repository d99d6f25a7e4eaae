using Codius.Core.Pods;

namespace Codius.Testing.Runtime;

/// <summary>What the conformance suite needs to know of a runtime.</summary>
public interface IPodRuntimeHarness
{
    /// <summary>The runtime, open. After <see cref="ReopenAsync"/> another one.</summary>
    IPodRuntime Runtime { get; }

    /// <summary>An image that can run the commands that this harness gives.</summary>
    ImageReference Image { get; }

    /// <summary>An image that no registry has.</summary>
    ImageReference MissingImage { get; }

    /// <summary>How long an answer of the runtime may take to be right.</summary>
    TimeSpan Patience { get; }

    IReadOnlyList<string> Command(params Step[] steps);

    /// <summary>A command that the image does not have.</summary>
    IReadOnlyList<string> UnknownCommand { get; }

    /// <summary>Whether a container that ended can be started again while its pod goes on.</summary>
    bool RestartsContainers => true;

    /// <summary>Ends this life of the host and begins the next one.</summary>
    Task ReopenAsync();
}
