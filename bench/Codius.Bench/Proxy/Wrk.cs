using System.Globalization;
using System.Text.RegularExpressions;
using Codius.Testing.Processes;

namespace Codius.Bench.Proxy;

/// <summary>The load: HTTP/1.1 requests on kept connections, as many as are answered.</summary>
public static partial class Wrk
{
    private const int Connections = 32;

    /// <summary>Answers a second; an answer that is no success is an error.</summary>
    public static async Task<double> RequestsPerSecondAsync(Uri url, string host, TimeSpan duration)
    {
        var wrk = new ProgramStart("wrk", "--threads", "1", "--connections", $"{Connections}",
            "--duration", $"{(int)duration.TotalSeconds}s", "--header", $"Host: {host}", url.ToString());
        var output = (await RunningProgram.RunAsync(wrk, duration + TimeSpan.FromSeconds(20))).EnsureSuccess().Output;
        if (output.Contains("Non-2xx", StringComparison.Ordinal)
            || output.Contains("Socket errors", StringComparison.Ordinal))
            throw new ProgramFailedException($"{url} did not answer every request\n{output}");
        return double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Requests/sec:\s+([0-9.]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Rate();
}
