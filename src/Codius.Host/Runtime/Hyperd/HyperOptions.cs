namespace Codius.Host.Runtime.Hyperd;

/// <summary>What runs pods instead of containerd. Section <c>Codius:Hyper</c>.</summary>
public sealed class HyperOptions
{
    /// <summary>The socket of a hyperd, which then runs the pods; containerd does when null.</summary>
    public string? Socket { get; set; }

    /// <summary>Whether pods are sold and counted, and nothing is run: for trying a host out.</summary>
    public bool Noop { get; set; }
}
