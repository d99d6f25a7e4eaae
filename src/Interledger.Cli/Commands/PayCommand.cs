using System.CommandLine;
using System.Globalization;
using Interledger.Cli.Links;
using Interledger.Cli.Output;
using Interledger.Ildcp;
using Interledger.Payments;
using Interledger.Stream;

namespace Interledger.Cli.Commands;

/// <summary><c>ilp pay</c>: quotes a payment, asks, and makes it.</summary>
internal sealed class PayCommand
{
    private const string Description = """
        Pay a payment pointer, an SPSP URL, or an ILP address with its secret. Shows first what it will cost at most and
        what arrives at least, and asks.

        Example: ilp pay '$wallet.example/bob' --amount 2.50 --deliver
        """;

    private readonly IlpContext _context;
    private readonly ViaOption _via = new();

    private readonly Argument<string> _to = new("to")
    {
        Description = "A $pointer, an https:// URL, or an ILP address.",
    };

    private readonly Argument<string?> _secret = new("secret")
    {
        Description = "The secret of an ILP address, in base64 or hexadecimal.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _amount = new("--amount")
    {
        Description = "How much, in whole units such as 0.5: of your asset, or with --deliver of the receiver's.",
        Required = true,
    };

    private readonly Option<bool> _units = CommonOptions.Units();

    private readonly Option<bool> _deliver = new("--deliver") { Description = "The amount is what is to arrive." };

    private readonly Option<string> _slippage = new("--slippage")
    {
        Description = "How much worse than measured the rate may become, in percent, from 0 to 100.",
        DefaultValueFactory = _ => "1",
    };

    private readonly Option<bool> _allowHttp = new("--allow-http")
    {
        Description = "Take http:// URLs as well, to try things out on one machine.",
    };

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask." };

    private readonly Option<bool> _json = CommonOptions.Json();

    private PayCommand(IlpContext context) => _context = context;

    public static Command Create(IlpContext context)
    {
        var pay = new PayCommand(context);
        var command = new Command("pay", Description);
        command.Arguments.Add(pay._to);
        command.Arguments.Add(pay._secret);
        pay._via.AddTo(command);
        Option[] options =
            [pay._amount, pay._units, pay._deliver, pay._slippage, pay._allowHttp, pay._yes, pay._json];
        foreach (var option in options)
            command.Options.Add(option);
        command.SetAction(pay.RunAsync);
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var reporter = new Reporter(_context, parsed.GetValue(_json));
        return reporter.GuardAsync(() => RunAsync(parsed, reporter, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        var allowHttp = parsed.GetValue(_allowHttp);
        var amount = new AmountChoice(parsed.GetValue(_amount)!, parsed.GetValue(_units));
        if (!Payee.TryParse(
            parsed.GetValue(_to)!, parsed.GetValue(_secret), allowHttp, out var payee, out var problem))
            return reporter.Fail(problem);
        if (!amount.IsAmount)
            return reporter.Fail(amount.NoAmount);
        if (!TryReadSlippage(parsed.GetValue(_slippage)!, out var slippage))
            return reporter.Fail(new CliFailure(ExitCode.Usage, "--slippage must be a percentage such as 0.5"));
        if (!parsed.GetValue(_yes) && !_context.IsInteractive)
            return reporter.Fail(new CliFailure(ExitCode.Usage, "nobody is there to be asked: say --yes"));
        if (!_via.TryRead(parsed, _context, out var url, out problem))
            return reporter.Fail(problem);

        var (connected, failure) = await Provider.ConnectAsync(url, _context, cancellationToken);
        if (connected is null)
            return reporter.Fail(failure!);
        await using var provider = connected;
        var (asked, refusal) = await provider.AskForAccountAsync(_context, cancellationToken);
        if (asked is not { } account)
            return reporter.Fail(refusal!);
        var (credentials, unknown) = await payee.FindAsync(_context, allowHttp, reporter, cancellationToken);
        if (credentials is null)
            return reporter.Fail(unknown!);
        await using var client = CreateClient(provider, account, slippage);
        var payer = new Payer(client, account.Asset, amount, parsed.GetValue(_deliver), reporter, _context.Time);
        var (payment, noQuote) = await payer.QuoteAsync(credentials, payee.Name, cancellationToken);
        if (payment is null)
            return reporter.Fail(noQuote!);
        await using (payment)
        {
            return parsed.GetValue(_yes) || await reporter.ConfirmAsync("Pay?", cancellationToken)
                ? await payer.PayAsync(payment, cancellationToken)
                : reporter.Fail(new CliFailure(ExitCode.Cancelled, "cancelled, nothing was paid"));
        }
    }

    private StreamClient CreateClient(Provider provider, IldcpInfo account, decimal slippage)
    {
        var options = new StreamClientOptions { Address = account.ClientAddress, Asset = account.Asset };
        options = options with { Connection = options.Connection with { Slippage = slippage } };
        var client = new StreamClient(provider.Link, options, _context.Time);
        client.Listen();
        return client;
    }

    private static bool TryReadSlippage(string percent, out decimal fraction)
    {
        var read = decimal.TryParse(
            percent, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
        fraction = number / 100;
        return read && fraction <= 1;
    }
}
