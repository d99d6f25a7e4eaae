using System.Text.Json;
using Codius.Cli;
using Codius.Client.Hosts;
using Codius.Client.Payments;
using Codius.Client.Tests.Testing;
using Codius.Core;

namespace Codius.Client.Tests.Cli;

/// <summary>The command line in a folder of its own, against a host and a payer of the test.</summary>
internal sealed class CliRun : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("codius-cli-");
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public CliRun() => Write("codius.json", HostScript.Project);

    public ScriptedPayer Payer { get; } = new();

    public Dictionary<string, string> Variables { get; } = [];

    public List<string> Servers { get; } = [];

    /// <summary>What the user types; null when there is nobody.</summary>
    public string? Answer { get; set; }

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public JsonElement Json => JsonElement.Parse(Out);

    public void Write(string name, string text) => File.WriteAllText(PathOf(name), text);

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    public async Task<ExitCode> RunAsync(StandIn host, params string[] arguments) =>
        (ExitCode)await CodiusCommand.RunAsync(arguments, Context(host), TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _directory.Delete(recursive: true);
        _out.Dispose();
        _error.Dispose();
    }

    public CliContext Context(StandIn host) => new()
    {
        Out = _out,
        Error = _error,
        In = new StringReader(Answer ?? ""),
        IsInteractive = Answer is not null,
        HasTerminal = false,
        Directory = _directory.FullName,
        Variable = name => Variables.GetValueOrDefault(name),
        Http = host.Http,
        Credits = new CreditMemory(),
        CreatePayer = CreatePayer,
        HostOptions = new HostClientOptions
        {
            RetryPause = TimeSpan.FromMilliseconds(1),
            CancelledCloseTimeout = TimeSpan.FromMilliseconds(1),
        },
    };

    private Outcome<PayerHandle> CreatePayer(string server)
    {
        Servers.Add(server);
        return server.StartsWith("btp+", StringComparison.Ordinal)
            ? new PayerHandle(Payer, server)
            : Failure.InvalidRequest("a BTP URL begins with btp+ws:// or btp+wss://");
    }
}
