namespace Codius.Conformance;

public sealed class RecordingTests
{
    [Fact]
    public void Every_recording_is_read_whole()
    {
        Recording.All.Count.ShouldBe(80);
        foreach (var recording in Recording.All)
        {
            recording.Exchanges.Count.ShouldBe(recording.Paid is null ? 1 : 2, recording.Name);
            foreach (var (request, answer) in recording.Exchanges)
            {
                request.Body.Length.ToString().ShouldBe(request.Header("Content-Length") ?? "0", recording.Name);
                if (request.StartLine.StartsWith("HEAD", StringComparison.Ordinal))
                    answer.Body.Trim().ShouldBeEmpty();
                else if (answer.Header("Content-Length") is { } length)
                    answer.Body.Length.ToString().ShouldBe(length, recording.Name);
            }
        }
    }

    [Fact]
    public void A_chunked_answer_is_put_together()
    {
        var message = RecordedMessage.Parse(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n");
        message.Body.ShouldBe("abcde");
        message.Status.ShouldBe(200);
    }
}
