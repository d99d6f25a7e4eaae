using System.Text.Json;
using Interledger.Spsp;

namespace Interledger.Cli.Tests;

/// <summary>One run of the command line in this process.</summary>
internal sealed class IlpRun : IDisposable
{
    private readonly HttpClient _http = SpspClient.CreateHttpClient();
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private readonly CancellationTokenSource _stop =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>What the user types; null when there is nobody.</summary>
    public string? Input { get; set; }

    public string Out => Synchronized(_out);

    public string Error => Synchronized(_error);

    public JsonElement[] Json => [.. Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    public async Task<ExitCode> RunAsync(params string[] arguments) =>
        (ExitCode)await IlpCommand.RunAsync(arguments, Context(), _stop.Token);

    /// <summary>As Ctrl-C does.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        _stop.Dispose();
        _http.Dispose();
    }

    private static JsonElement Parse(string line) => JsonElement.Parse(line);

    private static string Synchronized(StringWriter writer)
    {
        lock (writer)
            return writer.ToString();
    }

    private IlpContext Context() => new()
    {
        Out = new LockedWriter(_out),
        Error = new LockedWriter(_error),
        In = new StringReader(Input ?? ""),
        IsInteractive = Input is not null,
        HasTerminal = false,
        Variable = name => Variables.GetValueOrDefault(name),
        Http = _http,
    };

    private sealed class LockedWriter(StringWriter inner) : TextWriter
    {
        public override System.Text.Encoding Encoding => inner.Encoding;

        public override void Write(char value) => Write(value.ToString());

        public override void Write(string? value)
        {
            lock (inner)
                inner.Write(value);
        }

        public override void WriteLine(string? value) => Write(value + "\n");
    }
}
