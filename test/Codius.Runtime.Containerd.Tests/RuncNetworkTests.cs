using Xunit;

namespace Codius.Runtime.Containerd.Tests;

[Trait("Suite", "runtime")]
public sealed class RuncNetworkTests(
    ContainerdFixture fixture) : NetworkTests(fixture), IClassFixture<ContainerdFixture>;
