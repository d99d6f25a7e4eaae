using System.Globalization;
using Codius.Testing.Processes;

namespace Codius.Bench.Interledger;

/// <summary>This program again, to run a part of a measure in a process of its own.</summary>
public static class BenchProcess
{
    /// <summary>The first argument that makes this program run a part.</summary>
    public const string Part = "--part";

    public static ProgramStart Of(string part, params IEnumerable<string> arguments) =>
        new(Environment.ProcessPath!, [Part, part, .. arguments]);

    /// <summary>Runs the part that the arguments after the first name.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        switch (arguments)
        {
            case ["connection-memory"]:
                Console.WriteLine(FormattableString.Invariant($"{await ConnectionMemory.MeasureAsync():0.##}"));
                return 0;
            case ["connector", var port, var secret, var directory]:
                return await BenchConnector.RunAsync(
                    int.Parse(port, CultureInfo.InvariantCulture), secret, directory);
            default:
                return 2;
        }
    }
}
