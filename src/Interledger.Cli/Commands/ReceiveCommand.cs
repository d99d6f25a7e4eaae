using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Interledger.Cli.Links;
using Interledger.Cli.Output;
using Interledger.Connector.Listeners;
using Interledger.Ildcp;
using Interledger.Spsp;
using Interledger.Stream;
using Microsoft.AspNetCore.Builder;

namespace Interledger.Cli.Commands;

/// <summary><c>ilp receive</c>: takes payments until enough has come, or until Ctrl-C.</summary>
internal sealed class ReceiveCommand
{
    private const string Description = """
        Take payments: shows an address and a secret for one payer, or with --spsp-port a URL for any number of them,
        and a line for each payment. It ends when --amount has come, or on Ctrl-C.

        Example: ilp receive --amount 0.5 --spsp-port 8080
        """;

    private const int SecretBytes = 32;

    private readonly IlpContext _context;
    private readonly ViaOption _via = new();

    private readonly Option<string?> _amount = new("--amount")
    {
        Description = "End when so much has come, in whole units of your account's asset, such as 0.5.",
    };

    private readonly Option<bool> _units = CommonOptions.Units();

    private readonly Option<int?> _spspPort = new("--spsp-port")
    {
        Description = "Answer SPSP over HTTP at this port of 127.0.0.1; 0 takes any free one.",
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    private ReceiveCommand(IlpContext context) => _context = context;

    public static Command Create(IlpContext context)
    {
        var receive = new ReceiveCommand(context);
        var command = new Command("receive", Description);
        receive._via.AddTo(command);
        foreach (var option in new Option[] { receive._amount, receive._units, receive._spspPort, receive._json })
            command.Options.Add(option);
        command.SetAction(receive.RunAsync);
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var reporter = new Reporter(_context, parsed.GetValue(_json));
        return reporter.GuardAsync(() => RunAsync(parsed, reporter, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        var wanted = parsed.GetValue(_amount) is { } text ? new AmountChoice(text, parsed.GetValue(_units)) : null;
        if (wanted is { IsAmount: false })
            return reporter.Fail(wanted.NoAmount);
        if (parsed.GetValue(_spspPort) is < 0 or > ushort.MaxValue)
            return reporter.Fail(new CliFailure(ExitCode.Usage, "--spsp-port must be from 0 to 65535"));
        if (!_via.TryRead(parsed, _context, out var url, out var problem))
            return reporter.Fail(problem);

        var (connected, failure) = await Provider.ConnectAsync(url, _context, cancellationToken);
        if (connected is null)
            return reporter.Fail(failure!);
        await using var provider = connected;
        var (asked, refusal) = await provider.AskForAccountAsync(_context, cancellationToken);
        if (asked is not { } account)
            return reporter.Fail(refusal!);
        ulong? limit = null;
        if (wanted is not null)
        {
            if (!wanted.TryRead(account.Asset, out var units, out problem))
                return reporter.Fail(problem);
            limit = units;
        }

        return await ReceiveAsync(
            provider, account, limit, parsed.GetValue(_spspPort), reporter, cancellationToken);
    }

    private async Task<int> ReceiveAsync(
        Provider provider,
        IldcpInfo account,
        ulong? limit,
        int? spspPort,
        Reporter reporter,
        CancellationToken cancellationToken)
    {
        await using var server = new StreamServer(
            provider.Link,
            new StreamServerOptions
            {
                Address = account.ClientAddress,
                Asset = account.Asset,
                Secret = RandomNumberGenerator.GetBytes(SecretBytes),
            },
            _context.Time);
        var income = new Income(reporter, account.Asset, limit);
        server.OnConnection(income.Add);
        server.Listen();
        PrivateListener? spsp = null;
        try
        {
            if (spspPort is { } port)
                spsp = await PrivateListener.StartAsync(
                    IPAddress.Loopback, port, web => Map(web, server), cancellationToken: cancellationToken);
        }
        catch (IOException e)
        {
            return reporter.Fail(
                new CliFailure(ExitCode.Usage, $"cannot listen on port {spspPort}: {e.Message}"));
        }

        await using (spsp)
        {
            income.TellWhereToPay(server.CreateCredentials(), spsp?.Url);
            var ended = await income.WaitAsync(_context.Time, cancellationToken);
            income.TellTotal();
            return (int)(ended || limit is null ? ExitCode.Ok : ExitCode.Cancelled);
        }
    }

    // At the root, and where the payment pointer of a host leads, for those who put a proxy with TLS in front of it.
    private static void Map(WebApplication web, StreamServer server)
    {
        var spsp = new SpspServer(server);
        web.MapSpsp("/", spsp);
        web.MapSpsp("/.well-known/pay", spsp);
    }
}
