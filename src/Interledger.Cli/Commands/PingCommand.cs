using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Interledger.Addresses;
using Interledger.Cli.Links;
using Interledger.Cli.Output;
using Interledger.Packets;

namespace Interledger.Cli.Commands;

/// <summary><c>ilp ping</c>: how far packets to an address come.</summary>
internal sealed class PingCommand
{
    private const string Description = """
        Send packets without money, which nobody can fulfil, and say who refuses them and what that means for the route.
        Exit code 0 if the destination answered, otherwise 2.

        Example: ilp ping test.codius.alice --count 3
        """;

    private const int ConditionBytes = 32;

    private readonly IlpContext _context;
    private readonly ViaOption _via = new();

    private readonly Argument<string> _destination = new("address") { Description = "The ILP address." };

    private readonly Option<int> _count = new("--count")
    {
        Description = "How many packets to send, one after the other, from 1 to 1000.",
        DefaultValueFactory = _ => 3,
    };

    private readonly Option<int> _timeout = new("--timeout")
    {
        Description = "How many seconds a packet may take, from 1 to 60.",
        DefaultValueFactory = _ => 10,
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    private PingCommand(IlpContext context) => _context = context;

    public static Command Create(IlpContext context)
    {
        var ping = new PingCommand(context);
        var command = new Command("ping", Description);
        command.Arguments.Add(ping._destination);
        ping._via.AddTo(command);
        foreach (var option in new Option[] { ping._count, ping._timeout, ping._json })
            command.Options.Add(option);
        command.SetAction(ping.RunAsync);
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var reporter = new Reporter(_context, parsed.GetValue(_json));
        return reporter.GuardAsync(() => RunAsync(parsed, reporter, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        if (!IlpAddress.TryParse(parsed.GetValue(_destination), out var destination))
            return reporter.Fail(new CliFailure(ExitCode.Usage, "the address must be one such as test.codius.alice"));
        if (parsed.GetValue(_count) is var count && count is < 1 or > 1000)
            return reporter.Fail(new CliFailure(ExitCode.Usage, "--count must be from 1 to 1000"));
        if (parsed.GetValue(_timeout) is var seconds && seconds is < 1 or > 60)
            return reporter.Fail(new CliFailure(ExitCode.Usage, "--timeout must be from 1 to 60 seconds"));
        if (!_via.TryRead(parsed, _context, out var url, out var problem))
            return reporter.Fail(problem);

        var (connected, failure) = await Provider.ConnectAsync(url, _context, cancellationToken);
        if (connected is null)
            return reporter.Fail(failure!);
        await using var provider = connected;
        reporter.Say($"Pinging {destination} by way of {url}");
        var reached = 0;
        for (var number = 1; number <= count; number++)
        {
            var meaning = await PingAsync(
                provider, destination, TimeSpan.FromSeconds(seconds), number, reporter, cancellationToken);
            reached += meaning.Reached ? 1 : 0;
        }

        reporter.Say($"{reached} of {count} packets came to the destination.");
        return (int)(reached > 0 ? ExitCode.Ok : ExitCode.Refused);
    }

    private async Task<RouteMeaning> PingAsync(
        Provider provider,
        IlpAddress destination,
        TimeSpan timeout,
        int number,
        Reporter reporter,
        CancellationToken cancellationToken)
    {
        var condition = RandomNumberGenerator.GetBytes(ConditionBytes);
        var prepare = IlpPrepare.Create(0, _context.Time.GetUtcNow() + timeout, condition, destination);
        var start = _context.Time.GetTimestamp();
        var reply = await provider.Link.SendAsync(prepare, cancellationToken);
        // A link that is cut answers for itself.
        cancellationToken.ThrowIfCancellationRequested();
        var took = _context.Time.GetElapsedTime(start).TotalMilliseconds;
        var meaning = RouteMeaning.Of(reply);
        var who = reply.TriggeredBy.IsEmpty ? "nobody by name" : reply.TriggeredBy.Value;
        var words = PlainText.OneLine(reply.Message);
        reporter.Print($"{number}  {meaning.Code}  {took:F1} ms  from {who}{(words.Length == 0 ? "" : $": {words}")}");
        reporter.Print($"   {meaning.Words}");
        reporter.PrintJson(new JsonObject
        {
            ["number"] = number,
            ["code"] = meaning.Code,
            ["triggeredBy"] = reply.TriggeredBy.Value,
            ["message"] = reply.Message,
            ["milliseconds"] = Math.Round(took, 1),
            ["reached"] = meaning.Reached,
            ["meaning"] = meaning.Words,
        });
        return meaning;
    }
}
