namespace Codius.Conformance;

public sealed class ReplayTests(ReplayedHost host) : IClassFixture<ReplayedHost>
{
    public static TheoryData<string> Names => new(Recording.All.Select(r => r.Name));

    public static TheoryData<string> PaidNames => new(Recording.All.Where(r => r.Paid is not null).Select(r => r.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_host_answers_a_recorded_request_as_the_original_did(string name)
    {
        var replayed = host[name];
        var intended = IntendedDifferences.Of(name);
        var differences = replayed.Differences.ToList();
        differences.Where(d => !intended.Contains(d.Field)).ShouldBeEmpty();
        intended.Except(differences.Select(d => d.Field)).ShouldBeEmpty("what no longer differs leaves the list");
    }

    [Theory]
    [MemberData(nameof(PaidNames))]
    public void The_host_takes_what_the_original_took_or_nothing(string name)
    {
        var replayed = host[name];
        var last = replayed.Answers[^1].Status;
        (replayed.Paid ?? 0).ShouldBe(last == 200 ? replayed.Recording.Paid!.Value : 0);
    }

    [Fact]
    public void Logs_are_lines_with_a_ping_each_second_between_them_when_they_are_followed()
    {
        host["087-logs-debug"].Answers[0].Body.ShouldBe("app stdout line one\n");
        host["088-logs-debug-follow-3s"].Answers[0].Body
            .ShouldStartWith("app stdout line one\napp stdout later\nping\nping\n");
    }

    [Fact]
    public void The_list_of_differences_names_recordings_that_exist() =>
        IntendedDifferences.Recordings.Except(Recording.All.Select(r => r.Name)).ShouldBeEmpty();
}
