using System.CommandLine;
using System.Text.Json.Nodes;
using Interledger.Addresses;
using Interledger.Cli.Output;
using Interledger.Connector.Listeners;
using Interledger.Connector.PlayMoney;

namespace Interledger.Cli.Commands;

/// <summary><c>ilp connector</c>: a connector on this machine, whose money is worth nothing.</summary>
internal sealed class ConnectorCommand
{
    private const string Description = """
        Run a connector with play money on this machine, until Ctrl-C. Whoever connects gets an account and spends what
        he likes; all is forgotten at the end.

        Example: ilp connector --asset USD --scale 2
        """;

    private readonly IlpContext _context;

    private readonly Option<int> _port = new("--port")
    {
        Description = "Where to listen, on 127.0.0.1; 0 takes any free port.",
        DefaultValueFactory = _ => 7768,
    };

    private readonly Option<string> _address = new("--address")
    {
        Description = "Its ILP address.",
        DefaultValueFactory = _ => "test.codius",
    };

    private readonly Option<string> _asset = new("--asset")
    {
        Description = "What all accounts are in.",
        DefaultValueFactory = _ => "XRP",
    };

    private readonly Option<byte> _scale = new("--scale")
    {
        Description = "How many decimal places the asset has.",
        DefaultValueFactory = _ => 9,
    };

    private readonly Option<ulong?> _maxPacket = new("--max-packet")
    {
        Description = "The largest amount of a packet, in the smallest units.",
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    private ConnectorCommand(IlpContext context) => _context = context;

    public static Command Create(IlpContext context)
    {
        var connector = new ConnectorCommand(context);
        var command = new Command("connector", Description);
        Option[] options =
        [
            connector._port, connector._address, connector._asset, connector._scale, connector._maxPacket,
            connector._json,
        ];
        foreach (var option in options)
            command.Options.Add(option);
        command.SetAction(connector.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var reporter = new Reporter(_context, parsed.GetValue(_json));
        var port = parsed.GetValue(_port);
        if (port is < 0 or > ushort.MaxValue)
            return reporter.Fail(new CliFailure(ExitCode.Usage, "--port must be from 0 to 65535"));
        if (!IlpAddress.TryParse(parsed.GetValue(_address), out var address))
            return reporter.Fail(new CliFailure(ExitCode.Usage, "--address must be one such as test.codius"));
        if (parsed.GetValue(_asset) is not { Length: > 0 and <= 255 } code || !code.All(char.IsAscii))
            return reporter.Fail(new CliFailure(ExitCode.Usage, "--asset must be a code such as XRP"));

        var asset = new AssetDetails(code, parsed.GetValue(_scale));
        await using var connector = new PlayMoneyConnector(
            new PlayMoneyOptions
            {
                Address = address,
                Asset = asset,
                Listener = new BtpListenerOptions { Port = port },
                MaxPacketAmount = parsed.GetValue(_maxPacket),
            },
            _context.Time);
        try
        {
            await connector.ListenAsync(cancellationToken);
        }
        catch (IOException e)
        {
            return reporter.Fail(new CliFailure(ExitCode.Usage, $"cannot listen on port {port}: {e.Message}")
            {
                Advice = "Another --port may be free.",
            });
        }

        Tell(reporter, connector.Port, address, asset);
        await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, _context.Time, cancellationToken));
        return (int)ExitCode.Ok;
    }

    private static void Tell(Reporter reporter, int port, IlpAddress address, AssetDetails asset)
    {
        var url = $"btp+ws://127.0.0.1:{port}";
        reporter.Print($"Provider  {url}");
        reporter.Print($"Address   {address}");
        reporter.Print($"Asset     {asset}");
        reporter.PrintJson(new JsonObject
        {
            ["via"] = url,
            ["address"] = address.Value,
            ["assetCode"] = asset.Code,
            ["assetScale"] = (int)asset.Scale,
        });
        reporter.Say("Play money, worth nothing. Each secret is an account, btp+ws://:secret@…; Ctrl-C ends it.");
    }
}
