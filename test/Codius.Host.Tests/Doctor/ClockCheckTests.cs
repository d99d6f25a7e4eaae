using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Codius.Core.Checks;
using Codius.Host.Doctor.Checks;

namespace Codius.Host.Tests.Doctor;

public sealed class ClockCheckTests
{
    [Theory]
    [InlineData(0, FindingKind.Well)]
    [InlineData(3, FindingKind.Warning)]
    [InlineData(-60, FindingKind.Failed)]
    public async Task A_clock_is_as_good_as_it_is_near_to_the_servers(int ahead, FindingKind expected)
    {
        var finding = await AskAsync((question, answer) => Answer(question, answer, ahead));
        finding.Kind.ShouldBe(expected);
        (finding.Advice is null).ShouldBe(expected == FindingKind.Well);
    }

    [Fact]
    public async Task What_answers_another_question_or_refuses_tells_nothing()
    {
        (await AskAsync((_, answer) => Answer(new byte[48], answer, 0))).Message.ShouldContain("does not tell");
        (await AskAsync((question, answer) =>
        {
            Answer(question, answer, 0);
            answer[1] = 0;
        })).Kind.ShouldBe(FindingKind.Warning);
    }

    [Fact]
    public async Task A_server_that_is_silent_is_not_waited_for()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var check = new ClockCheck(
            TimeProvider.System,
            TimeSpan.FromMilliseconds(100),
            "127.0.0.1",
            ((IPEndPoint)silent.Client.LocalEndPoint!).Port);
        (await check.RunAsync(TestContext.Current.CancellationToken)).Kind.ShouldBe(FindingKind.Warning);
    }

    private static async Task<Finding> AskAsync(Action<byte[], byte[]> answering)
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var check = new ClockCheck(
            TimeProvider.System,
            TimeSpan.FromSeconds(20),
            "127.0.0.1",
            ((IPEndPoint)server.Client.LocalEndPoint!).Port);
        var checking = check.RunAsync(TestContext.Current.CancellationToken);
        var question = await server.ReceiveAsync(TestContext.Current.CancellationToken);
        var answer = new byte[48];
        answering(question.Buffer, answer);
        await server.SendAsync(answer, question.RemoteEndPoint, TestContext.Current.CancellationToken);
        return await checking;
    }

    private static void Answer(byte[] question, byte[] answer, int secondsAhead)
    {
        (answer[0], answer[1]) = (0x24, 2);
        question.AsSpan(40, 8).CopyTo(answer.AsSpan(24));
        var now = (DateTimeOffset.UtcNow.AddSeconds(secondsAhead)
            - new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds;
        foreach (var start in new[] { 32, 40 })
        {
            BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(start), (uint)now);
            BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(start + 4), (uint)((now % 1) * uint.MaxValue));
        }
    }
}
