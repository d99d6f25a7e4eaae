using System.CommandLine;
using Interledger.Cli.Decoding;
using Interledger.Cli.Output;

namespace Interledger.Cli.Commands;

/// <summary><c>ilp decode</c>: says what is in a packet.</summary>
internal sealed class DecodeCommand
{
    private const string Description = """
        Say what is in a packet: ILP Prepare, Fulfill and Reject, BTP packets with what they carry, ILDCP answers, and
        STREAM receipts. Nothing is sent anywhere. A BTP authentication holds a secret, which is shown.

        Example: ilp decode 0e0e46303208746573742e666f6f0000
        """;

    // Several of the longest packets, in hexadecimal.
    private const int LongestInput = 1 << 20;

    private readonly IlpContext _context;

    private readonly Argument<string> _input = new("packet")
    {
        Description = "The bytes in hexadecimal or base64; - reads them from the standard input.",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => "-",
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    private DecodeCommand(IlpContext context) => _context = context;

    public static Command Create(IlpContext context)
    {
        var decode = new DecodeCommand(context);
        var command = new Command("decode", Description);
        command.Arguments.Add(decode._input);
        command.Options.Add(decode._json);
        command.SetAction(decode.RunAsync);
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var reporter = new Reporter(_context, parsed.GetValue(_json));
        return reporter.GuardAsync(async () =>
        {
            var input = parsed.GetValue(_input)!;
            var text = input == "-" ? await ReadAsync(cancellationToken) : input;
            return Decode(text, reporter);
        });
    }

    private static int Decode(string text, Reporter reporter)
    {
        if (text.Length > LongestInput)
            return reporter.Fail(new CliFailure(ExitCode.Usage, $"more than {LongestInput} characters are no packet"));
        if (!BytesText.TryRead(text, out var bytes))
            return reporter.Fail(new CliFailure(ExitCode.Usage, "the input is neither hexadecimal nor base64"));
        if (!PacketReader.TryRead(bytes, out var packet))
        {
            return reporter.Fail(new CliFailure(
                ExitCode.Usage, $"these {bytes.Length} bytes are no whole ILP or BTP packet, and no receipt")
            {
                Advice = Guess(bytes[0]),
            });
        }

        foreach (var line in PacketLines.Of(packet))
            reporter.Print(line);
        reporter.PrintJson(packet);
        return (int)ExitCode.Ok;
    }

    private static string? Guess(byte first) => first switch
    {
        12 => "They begin like an ILP Prepare: is something missing or too much, or wrong in it?",
        13 => "They begin like an ILP Fulfill: is something missing or too much?",
        14 => "They begin like an ILP Reject: is something missing or too much?",
        1 or 2 or 6 or 7 => "They begin like a BTP packet: is something missing or too much?",
        _ => null,
    };

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = new char[LongestInput + 1];
        // Standard input cannot be read with cancellation; the thread that waits there ends with the process.
        var length = await Task.Run(() => _context.In.ReadBlock(buffer), CancellationToken.None)
            .WaitAsync(cancellationToken);
        return new string(buffer, 0, length);
    }
}
