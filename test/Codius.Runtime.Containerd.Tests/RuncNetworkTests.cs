using Xunit;

namespace Codius.Runtime.Containerd.Tests;

[Trait("Suite", "runtime")]
[Collection(OutsideNetwork.Alone)]
public sealed class RuncNetworkTests(
    ContainerdFixture fixture) : NetworkTests(fixture), IClassFixture<ContainerdFixture>;
