using Codius.Testing.Api;
using Interledger.Packets;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Api;

public sealed class ApiTests
{
    [Fact]
    public void The_public_API_is_what_the_file_beside_this_says() =>
        ApiSnapshot.Check(typeof(IlpPrepare).Assembly, "test", "Interledger.Tests", "Api", "Interledger.txt");

    [Fact]
    public void Differences_are_shown_under_their_type()
    {
        string[] before = ["public sealed class A", "    public int X { get; }", "", "public sealed class B"];
        string[] now = ["public sealed class A", "", "public sealed class B", "    public int X { get; }"];
        ApiSnapshot.Compare(before, now).ShouldBe(
        [
            "- public sealed class A { public int X { get; } }",
            "+ public sealed class B { public int X { get; } }",
        ]);
        ApiSnapshot.Compare(before, before).ShouldBeEmpty();
    }
}
