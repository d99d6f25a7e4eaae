namespace Codius.Bench.Start;

/// <summary>Asks a web server until it answers with success; both sides of the comparison wait in this way.</summary>
public static class FirstAnswer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A connection request that is lost while the pod's network comes up would be repeated only after a second.
    private static readonly HttpClient Client =
        new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromMilliseconds(20) });

    public static async Task WaitAsync(Uri url, string host)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!await TryAsync(url, host, deadline.Token))
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
    }

    private static async Task<bool> TryAsync(Uri url, string host, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Host = host;
        try
        {
            using var answer = await Client.SendAsync(request, cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
