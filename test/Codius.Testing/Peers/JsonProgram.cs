using System.Text.Json;
using Codius.Testing.Processes;

namespace Codius.Testing.Peers;

/// <summary>
/// A program that prints one JSON object with an "event" per line and takes commands of the same form.
/// </summary>
public sealed class JsonProgram(ProgramStart start) : IAsyncDisposable
{
    private int _next;

    public RunningProgram Program { get; } = RunningProgram.Start(start);

    /// <summary>All events of a name so far.</summary>
    public IReadOnlyList<JsonElement> EventsNamed(string name) =>
        [.. Program.OutputLines.Where(line => IsNamed(line, name)).Select(Parse)];

    /// <summary>The next event of a name after the one that was returned last.</summary>
    /// <exception cref="ProgramFailedException">The program reported an error or ended first, or the time is
    /// up.</exception>
    public async Task<JsonElement> NextAsync(
        string name, TimeSpan? within = null, CancellationToken cancellation = default)
    {
        var (index, line) = await Program.WaitForLineAsync(
            line => IsNamed(line, name) || IsNamed(line, "error"), _next, within, cancellation);
        if (!IsNamed(line, name)) throw Program.Failure($"reported an error instead of \"{name}\"");
        _next = index + 1;
        return Parse(line);
    }

    public Task SendAsync<T>(T command) =>
        Program.WriteLineAsync(JsonSerializer.Serialize(command, JsonSerializerOptions.Web));

    public ValueTask DisposeAsync() => Program.DisposeAsync();

    private static bool IsNamed(string line, string name) =>
        line.StartsWith($$"""{"event":"{{name}}"}""", StringComparison.Ordinal)
        || line.StartsWith($$"""{"event":"{{name}}",""", StringComparison.Ordinal);

    private static JsonElement Parse(string line) => JsonElement.Parse(line);
}
