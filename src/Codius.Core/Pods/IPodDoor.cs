using System.Net;

namespace Codius.Core.Pods;

/// <summary>
/// A runtime whose pods reach one port of the host, and nothing else of it: what they connect to at port 7768 of their
/// own localhost arrives there, from the pod's address.
/// </summary>
public interface IPodDoor
{
    /// <summary>
    /// The host's address as pods see it, for whoever waits behind the door to listen on. The machine need not have it
    /// as long as there is no pod.
    /// </summary>
    IPAddress HostAddress { get; }

    /// <summary>Says where the door leads, before the runtime is opened. Without it there is no door.</summary>
    void LeadTo(int port);
}
