using Codius.Testing.Api;
using Xunit;

namespace Interledger.Connector.Tests.Api;

public sealed class ApiTests
{
    [Fact]
    public void The_public_API_is_what_the_file_beside_this_says() => ApiSnapshot.Check(
        typeof(IlpConnector).Assembly, "test", "Interledger.Connector.Tests", "Api", "Interledger.Connector.txt");
}
