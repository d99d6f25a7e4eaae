using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Interledger.Cli.Output;

/// <summary>
/// Speaks to people on the error output and gives results on the standard output: text, or with <c>--json</c> one JSON
/// object a line.
/// </summary>
public sealed class Reporter(IlpContext context, bool json)
{
    private static readonly JsonSerializerOptions Layout = new()
    {
        // Control characters stay escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Lock _lock = new();
    private bool _lineIsOpen;

    public bool IsJson { get; } = json;

    /// <summary>Tells something that is not the result.</summary>
    public void Say(string text)
    {
        lock (_lock)
        {
            EndLine();
            context.Error.WriteLine(text);
        }
    }

    /// <summary>How far something has come; on a terminal it takes the place of what was said so before.</summary>
    public void SayProgress(string text)
    {
        lock (_lock)
        {
            if (!context.HasTerminal)
            {
                context.Error.WriteLine(text);
                return;
            }

            context.Error.Write($"\r\e[K{text}");
            _lineIsOpen = true;
        }
    }

    /// <summary>A part of the result, for people.</summary>
    public void Print(string text)
    {
        if (!IsJson)
            Write(text);
    }

    /// <summary>The result for programs.</summary>
    public void PrintJson(JsonObject result)
    {
        if (IsJson)
            Write(result.ToJsonString(Layout));
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
    }

    public int Fail(CliFailure failure)
    {
        Say(failure.Message);
        if (failure.Advice is { } advice)
            Say(advice);
        var result = new JsonObject
        {
            ["ok"] = false,
            ["exitCode"] = (int)failure.Code,
            ["error"] = failure.Message,
        };
        foreach (var (name, value) in failure.Details ?? [])
            result[name] = value?.DeepClone();
        PrintJson(result);
        return (int)failure.Code;
    }

    /// <summary>Asks; only a yes is one.</summary>
    public async Task<bool> ConfirmAsync(string question, CancellationToken cancellationToken)
    {
        await context.Error.WriteAsync($"{question} [y/N] ");
        // A console cannot be read with cancellation; the thread that waits there ends with the process.
        var answer = await Task.Run(context.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
        return answer?.Trim().ToLowerInvariant() is "y" or "yes";
    }

    private void Write(string line)
    {
        lock (_lock)
        {
            EndLine();
            context.Out.WriteLine(line);
            context.Out.Flush();
        }
    }

    private void EndLine()
    {
        if (_lineIsOpen)
            context.Error.WriteLine();
        _lineIsOpen = false;
    }
}
