using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Codius.Cli.Output;

/// <summary>
/// Speaks to people on the error output and gives results on the standard output: text, or with <c>--json</c> one JSON
/// object.
/// </summary>
public sealed class Reporter
{
    private static readonly JsonSerializerOptions Layout = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly CliContext _context;
    private readonly IAnsiConsole _console;

    public Reporter(CliContext context, bool json)
    {
        (_context, IsJson) = (context, json);
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(context.Error),
            Ansi = context.HasTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = context.HasTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = context.HasTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        // Only a terminal has an edge to break lines at.
        if (!context.HasTerminal)
            _console.Profile.Width = int.MaxValue;
    }

    public bool IsJson { get; }

    /// <summary>Does something that takes a while, saying what; the work may say so again as it goes on.</summary>
    public async Task<T> DuringAsync<T>(string what, Func<Action<string>, Task<T>> work)
    {
        if (!_context.HasTerminal)
        {
            Say(what);
            return await work(text =>
            {
                if (text != what)
                    Say(text);
            });
        }

        return await _console.Status().StartAsync(
            Markup.Escape(what), status => work(text => status.Status(Markup.Escape(text))));
    }

    /// <summary>Tells something that is not the result.</summary>
    public void Say(string text) => _context.Error.WriteLine(text);

    /// <summary>A part of the result, for people.</summary>
    public void Print(string text)
    {
        if (!IsJson)
            _context.Out.WriteLine(text);
    }

    /// <summary>The result for programs.</summary>
    public void PrintJson(JsonObject result)
    {
        if (IsJson)
            _context.Out.WriteLine(result.ToJsonString(Layout));
    }

    /// <summary>Does a whole command: what ends it from outside is told like its other failures.</summary>
    public async Task<int> GuardAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (OperationCanceledException)
        {
            return Fail(new CliFailure(ExitCode.Cancelled, "cancelled, nothing was paid"));
        }
        catch (InvalidDataException e)
        {
            return Fail(new CliFailure(ExitCode.Usage, e.Message));
        }
    }

    public int Fail(CliFailure failure)
    {
        _console.MarkupLineInterpolated($"[red]{failure.Message}[/]");
        if (failure.Advice is { } advice)
            Say(advice);
        PrintJson(ResultJson.Of(failure));
        return (int)failure.Code;
    }

    /// <summary>Asks; only a yes is one.</summary>
    public async Task<bool> ConfirmAsync(string question, CancellationToken cancellationToken)
    {
        await _context.Error.WriteAsync($"{question} [y/N] ");
        // A console cannot be read with cancellation; the thread that waits there ends with the process.
        var answer = await Task.Run(_context.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
        return answer?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
