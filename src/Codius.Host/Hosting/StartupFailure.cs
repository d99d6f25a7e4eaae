using Codius.Host.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Codius.Host.Hosting;

/// <summary>
/// Tells the operator in one line why the host does not start, when the cause is something that he can change. What is
/// none of these is a bug and keeps its stack trace.
/// </summary>
public static class StartupFailure
{
    public const int ExitCode = 78; // EX_CONFIG of sysexits.h

    public static bool TryDescribe(Exception exception, out string line)
    {
        var problems = Problems(exception);
        var all = string.Join("; ", problems.Distinct(StringComparer.Ordinal));
        line = "codiusd: cannot start: " + all.ReplaceLineEndings(" ");
        return problems.Count > 0;
    }

    private static List<string> Problems(Exception exception) => exception switch
    {
        AggregateException many => many.InnerExceptions.SelectMany(Problems).ToList(),
        SettingsException settings => [.. settings.Problems],
        OptionsValidationException invalid => [.. invalid.Failures],
        // What the configuration binder throws for a value of the wrong type, or for a name that nothing has.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } binder => [binder.Message],
        IOException { InnerException: AddressInUseException } taken => [taken.Message],
        System.Net.Sockets.SocketException socket => [$"a listener could not be opened: {socket.Message}"],
        _ => [],
    };
}
