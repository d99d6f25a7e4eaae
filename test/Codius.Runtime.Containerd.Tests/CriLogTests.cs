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
    private readonly TemporaryDirectory _files = new();

    [Fact]
    public void Parts_of_a_line_are_joined_by_stream()
    {
        Read($"{At} stdout P one ", $"{At} stderr F error", $"{At} stdout P two ", $"{At} stdout F three")
            .ShouldBe([(LogStream.Stderr, "error"), (LogStream.Stdout, "one two three")]);
    }

    [Fact]
    public void A_line_that_never_ends_comes_in_pieces()
    {
        var part = new string('x', 600);
        Read($"{At} stdout P {part}", $"{At} stdout P {part}", $"{At} stdout F end")
            .ShouldBe([(LogStream.Stdout, new string('x', 1000)), (LogStream.Stdout, "end")]);
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
        CriLogLine.TryRead([.. Encoding.ASCII.GetBytes($"{At} stderr F a"), 0xFF, (byte)'b'], out var line).ShouldBeTrue();
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

    public void Dispose() => _files.Dispose();

    private List<(LogStream, string)> Read(params string[] lines)
    {
        File.WriteAllText(_files["0.log"], string.Concat(lines.Select(l => l + "\n")));
        using var file = new CriLogFile("app", _files["0.log"], maxLineLength: 1000);
        var read = new List<(LogStream, string)>();
        while (file.Peek() is { } line)
        {
            read.Add((line.Stream, line.Text));
            file.Take();
        }

        return read;
    }
}
