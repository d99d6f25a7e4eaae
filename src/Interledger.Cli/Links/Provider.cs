using Interledger.Btp;
using Interledger.Cli.Output;
using Interledger.Ildcp;
using Interledger.Links;

namespace Interledger.Cli.Links;

/// <summary>A connection to a provider.</summary>
internal sealed class Provider : IAsyncDisposable
{
    private readonly BtpClient _link;

    private Provider(BtpClient link) => _link = link;

    public IIlpLink Link => _link;

    /// <summary>Connects, once: whoever runs a command wants to know now that it does not work.</summary>
    public static async Task<(Provider? Provider, CliFailure? Failure)> ConnectAsync(
        BtpUrl url, IlpContext context, CancellationToken cancellationToken)
    {
        var provider = new Provider(new BtpClient(url, time: context.Time));
        try
        {
            var status = await provider._link.ConnectAsync(cancellationToken);
            if (status.State == BtpClientState.Connected)
                return (provider, null);
            await provider.DisposeAsync();
            return (null, Describe(url, status.LastEnd));
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks for the address and the asset of the account.</summary>
    public async Task<(IldcpInfo? Account, CliFailure? Failure)> AskForAccountAsync(
        IlpContext context, CancellationToken cancellationToken)
    {
        var (info, problem) = await new IldcpClient(context.Time).FetchAsync(_link, cancellationToken);
        return info is { } account
            ? (account, null)
            : (null, new CliFailure(ExitCode.Refused, $"the provider gives no address: {PlainText.OneLine(problem!)}"));
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private static CliFailure Describe(BtpUrl url, BtpDisconnect? end)
    {
        var refused = end?.Reason == BtpDisconnectReason.AuthenticationRefused;
        var reason = PlainText.OneLine(end?.ToString() ?? "no connection");
        return new CliFailure(refused ? ExitCode.Refused : ExitCode.Unreachable, $"cannot connect to {url}: {reason}")
        {
            Advice = refused
                ? "Is the secret in --via right?"
                : "Is your provider running? `ilp connector` runs one with play money; --via names another.",
        };
    }
}
