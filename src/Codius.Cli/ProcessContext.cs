using System.Security.Cryptography;
using Codius.Client.Hosts;
using Codius.Client.Payments;
using Codius.Core;
using Interledger.Btp;

namespace Codius.Cli;

/// <summary>The real world: this process, its terminal and its network.</summary>
internal static class ProcessContext
{
    private const int SecretBytes = 16;

    public static HttpClient CreateHttpClient() => HostClient.CreateHttpClient();

    public static CliContext Create(HttpClient http) => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = Console.In,
        IsInteractive = !Console.IsInputRedirected,
        HasTerminal = !Console.IsErrorRedirected,
        Directory = Environment.CurrentDirectory,
        Variable = name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null,
        Http = http,
        Credits = new CreditFile(CreditFile.DefaultPath),
        CreatePayer = CreatePayer,
    };

    // A provider tells accounts apart by their secrets. Two clients with one secret would get each other's packets, so
    // that a URL without a secret gets a new one each time.
    private static Outcome<PayerHandle> CreatePayer(string text)
    {
        if (!BtpUrl.TryParse(text, out var url, out var problem))
            return Failure.InvalidRequest(problem);
        if (url.Token.Length == 0)
            url = url.WithToken(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)));
        return new PayerHandle(new StreamPayer(new BtpClient(url)), url.ToString());
    }
}
