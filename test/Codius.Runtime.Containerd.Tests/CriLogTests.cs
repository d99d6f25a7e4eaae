using System.Text;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Logs;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

public sealed class CriLogTests : IDisposable
{
    private const string At = "2026-11-20T12:00:00.123456789Z";
    private const int LongestLine = 40_000;
    private static readonly string Part = new('x', CriLogLine.PartLength);
    private readonly TemporaryDirectory _files = new();

    [Fact]
    public void Parts_of_a_line_are_joined_by_stream()
    {
        Read($"{At} stdout P {Part}", $"{At} stderr F error", $"{At} stdout P {Part}", $"{At} stdout F end")
            .ShouldBe([(LogStream.Stderr, "error"), (LogStream.Stdout, Part + Part + "end")]);
    }

    [Fact]
    public void Last_words_whose_line_was_not_ended_are_a_line()
    {
        Read(
            $"{At} stdout P no end",
            $"{At} stdout F of the next attempt",
            $"{At} stdout P {Part}",
            $"{At} stdout P last")
            .ShouldBe(
                [
                    (LogStream.Stdout, "no end"),
                    (LogStream.Stdout, "of the next attempt"),
                    (LogStream.Stdout, Part + "last")
                ]);
    }

    [Fact]
    public void A_line_that_never_ends_comes_in_pieces()
    {
        var part = $"{At} stdout P {Part}";
        Read(part, part, part, $"{At} stdout F end")
            .ShouldBe([(LogStream.Stdout, new string('x', LongestLine)), (LogStream.Stdout, "end")]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData(At)]
    [InlineData(At + " stdout")]
    [InlineData(At + " stdin F text")]
    [InlineData("yesterday stdout F text")]
    [InlineData(" stdout F text")]
    public void What_is_no_log_line_is_left_out(string line)
    {
        CriLogLine.TryRead(Encoding.UTF8.GetBytes(line), out _).ShouldBeFalse();
        Read(line, $"{At} stdout F after").ShouldBe([(LogStream.Stdout, "after")]);
    }

    [Fact]
    public void A_line_without_text_is_an_empty_line()
    {
        Read($"{At} stdout F ").ShouldBe([(LogStream.Stdout, "")]);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_replaced()
    {
        CriLogLine.TryRead([.. Encoding.ASCII.GetBytes($"{At} stderr F a"), 0xFF, (byte)'b'], out var line)
            .ShouldBeTrue();
        line.Text.ShouldBe("a\uFFFDb");
        line.Stream.ShouldBe(LogStream.Stderr);
        line.At.ShouldBe(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero).AddTicks(1234568));
    }

    [Fact]
    public void Any_bytes_are_read_without_harm()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            CriLogLine.TryRead(bytes, out _);
        }
    }

    [Fact]
    public void What_was_given_back_is_skipped_and_the_lines_keep_their_numbers()
    {
        var lines = Enumerable.Range(1, 1000).Select(i => $"{At} stdout F line {i}\n").ToList();
        File.WriteAllText(_files["0.log"], string.Concat(lines));
        using var slow = new CriLogFile("app", _files["0.log"], LongestLine, _files["0.start"]);
        slow.Peek()!.Number.ShouldBe(1);
        slow.Take();
        var counter = new LogCounter(LongestLine);
        var gone = Encoding.UTF8.GetBytes(string.Concat(lines.Take(990)));
        counter.Take(gone).ShouldBe(gone.Length);
        new LogStart(gone.Length, counter.Lines).Write(_files["0.start"]);
        using (var file = new FileStream(_files["0.log"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.Write(new byte[gone.Length]);

        using var late = new CriLogFile("app", _files["0.log"], LongestLine, _files["0.start"]);
        (late.Peek()!.Number, late.Peek()!.Text).ShouldBe((991, "line 991"));
        while (slow.Peek()!.Number < 991)
            slow.Take();
        (slow.Peek()!.Number, slow.Peek()!.Text).ShouldBe((991, "line 991"));
    }

    [Fact]
    public void Lines_are_counted_as_they_are_numbered()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ =>
                $"{At} {(random.Next(2) == 0 ? "stdout" : "stderr")} {(random.Next(3) == 0 ? "F" : "P")} "
                + (random.Next(2) == 0 ? Part : new string('ä', random.Next(CriLogLine.PartLength))) + "\n"));
            File.WriteAllText(_files["0.log"], text);
            var counter = new LogCounter(LongestLine);
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var at = 0; at < bytes.Length;)
            {
                var piece = bytes.AsSpan(at, Math.Min(bytes.Length - at, 2 * LongestLine));
                at += counter.Take(piece);
            }

            using var file = new CriLogFile("app", _files["0.log"], LongestLine);
            var read = 0L;
            for (; file.Peek() is { } line; file.Take())
                read = line.Number;
            counter.Lines.ShouldBe(read);
        }
    }

    public void Dispose() => _files.Dispose();

    private List<(LogStream, string)> Read(params string[] lines)
    {
        File.WriteAllText(_files["0.log"], string.Concat(lines.Select(l => l + "\n")));
        using var file = new CriLogFile("app", _files["0.log"], LongestLine);
        var read = new List<(LogStream, string)>();
        while (file.Peek() is { } line)
        {
            read.Add((line.Stream, line.Text));
            file.Take();
        }

        return read;
    }
}
