using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public void Clear() => _lines.Clear();

    /// <summary>There is a line with all of these in it.</summary>
    public void ShouldTell(params string[] parts) =>
        _lines.ShouldContain(line => parts.All(line.Contains), string.Join('\n', _lines));

    public ILogger CreateLogger(string categoryName) => this;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(formatter(state, exception));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider)
    {
        // Nothing else listens.
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
