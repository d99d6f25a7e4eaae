namespace Codius.Conformance;

public sealed class ReplayTests(ReplayedHost host) : IClassFixture<ReplayedHost>
{
    public static TheoryData<string> Names => new(Recording.All.Where(IsServed).Select(r => r.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_host_answers_a_recorded_request_as_the_original_did(string name)
    {
        var replayed = host[name];
        var intended = IntendedDifferences.Of(name);
        var differences = replayed.Differences.ToList();
        differences.Where(d => !intended.ContainsKey(d.Field)).ShouldBeEmpty();
        intended.Keys.Except(differences.Select(d => d.Field)).ShouldBeEmpty("what no longer differs leaves the list");
    }

    [Fact]
    public void The_list_of_differences_names_recordings_that_exist() =>
        IntendedDifferences.Recordings.Except(Recording.All.Select(r => r.Name)).ShouldBeEmpty();

    /// <summary>The routes that the host serves without pods.</summary>
    private static bool IsServed(Recording recording)
    {
        var request = recording.Exchanges[0].Request;
        var isToPod = request.Header("Host")!.StartsWith("mk7vwffqpk2", StringComparison.Ordinal);
        return !isToPod && !request.StartLine.Contains(" /pods") && !request.StartLine.Contains(" /info");
    }
}
