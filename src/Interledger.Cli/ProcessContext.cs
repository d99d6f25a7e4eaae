using Interledger.Spsp;

namespace Interledger.Cli;

/// <summary>The real world: this process, its terminal and its network.</summary>
internal static class ProcessContext
{
    public static HttpClient CreateHttpClient() => SpspClient.CreateHttpClient();

    public static IlpContext Create(HttpClient http) => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = Console.In,
        IsInteractive = !Console.IsInputRedirected,
        HasTerminal = !Console.IsErrorRedirected,
        Variable = name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null,
        Http = http,
    };
}
