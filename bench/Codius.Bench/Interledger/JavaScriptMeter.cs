using Codius.Testing.Peers;
using Codius.Testing.Processes;

namespace Codius.Bench.Interledger;

/// <summary>
/// A program of test/peers that does the same work with the JavaScript packages, for a round at a time.
/// </summary>
public sealed class JavaScriptMeter : IAsyncDisposable
{
    private readonly JsonProgram _program;

    private JavaScriptMeter(JsonProgram program) => _program = program;

    public static async Task<JavaScriptMeter> StartAsync(string node, string program, params string[] arguments)
    {
        await NodePeers.EnsureInstalledAsync();
        var started = new JsonProgram(NodePeers.Describe(node, program, arguments));
        try
        {
            await started.NextAsync("ready");
            return new JavaScriptMeter(started);
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>How often a second it did its thing in one round.</summary>
    public async Task<double> RunAsync()
    {
        await _program.SendAsync(new { Milliseconds = (int)Rounds.Length.TotalMilliseconds });
        var rate = await _program.NextAsync("rate", TimeSpan.FromMinutes(1));
        return rate.GetProperty("perSecond").GetDouble();
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
