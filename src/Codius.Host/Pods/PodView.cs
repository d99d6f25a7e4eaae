using System.Net;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Host.Pods;

/// <summary>A paid pod as everybody but its owner sees it: replaced as a whole, never changed.</summary>
/// <param name="Record">What the store knows.</param>
/// <param name="Manifest">What was uploaded.</param>
/// <param name="Address">Where it is; null while it does not run.</param>
/// <param name="Trouble">Why it does not run although it is paid for; null when it does.</param>
public sealed record PodView(PodRecord Record, Manifest Manifest, IPAddress? Address, string? Trouble);
