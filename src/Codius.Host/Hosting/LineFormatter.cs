using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Codius.Host.Hosting;

/// <summary>
/// One line a message: time in UTC, level, the type that says it. A stack trace follows on lines of its own.
/// </summary>
public sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    /// <summary>"Hosting failed to start", with a stack trace, of what the start itself reports in one line.</summary>
    private const string FrameworkHost = "Microsoft.Extensions.Hosting.Internal.Host";
    private const int StartFailed = 11;

    public override void Write<TState>(
        in LogEntry<TState> entry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (entry.EventId.Id == StartFailed && entry.Category == FrameworkHost)
            return;
        textWriter.Write(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", CultureInfo.InvariantCulture));
        textWriter.Write(Word(entry.LogLevel));
        textWriter.Write(entry.Category.AsSpan(entry.Category.LastIndexOf('.') + 1));
        textWriter.Write(": ");
        textWriter.WriteLine(entry.Formatter(entry.State, entry.Exception).ReplaceLineEndings(" "));
        if (entry.Exception is { } exception)
            textWriter.WriteLine(exception);
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug ",
        LogLevel.Information => "info  ",
        LogLevel.Warning => "warn  ",
        _ => "ERROR ",
    };
}
