using System.Diagnostics;
using Interledger.Stream;

namespace Codius.Bench.Start;

/// <summary>A pod that the host waits to be paid for.</summary>
public sealed class PreparedPod(
    string hash,
    Uri host,
    StreamConnection connection,
    MoneyStream stream,
    ulong price,
    Task<HttpResponseMessage> buying)
{
    public string Hash => hash;

    /// <summary>Sends the money in one packet, and says how long it was until the pod answered.</summary>
    public async Task<TimeSpan> PayAsync()
    {
        var started = Stopwatch.GetTimestamp();
        stream.SetSendMax(price);
        // Asking for the pod before it is sold would only take time from its start.
        using var bought = await buying;
        bought.EnsureSuccessStatusCode();
        await FirstAnswer.WaitAsync(new Uri(host, "cgi-bin/index.cgi"), hash + ".localhost");
        var elapsed = Stopwatch.GetElapsedTime(started);
        await connection.CloseAsync();
        return elapsed;
    }
}
