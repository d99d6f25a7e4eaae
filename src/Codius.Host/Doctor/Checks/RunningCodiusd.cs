using System.Net.Http.Json;
using Codius.Host.Configuration;
using Codius.Host.Info;

namespace Codius.Host.Doctor.Checks;

/// <summary>A codiusd that serves with these settings while they are checked.</summary>
internal sealed class RunningCodiusd(HostOptions host) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = Timeout,
    };

    /// <summary>Whether one serves at the host's own port.</summary>
    public Task<bool> IsThereAsync(CancellationToken cancellationToken) => ServesAsync(Local(), cancellationToken);

    /// <summary>Whether it is codiusd that answers there.</summary>
    public async Task<bool> ServesAsync(string uri, CancellationToken cancellationToken)
    {
        var version = await GetAsync(uri + "/version", InfoJson.Plain.VersionAnswer, cancellationToken);
        return version?.Name == InfoEndpoints.ProgramName;
    }

    /// <summary>What it says of itself; null if it is not there.</summary>
    public Task<InfoAnswer?> DescribeAsync(CancellationToken cancellationToken) =>
        GetAsync(Local() + "/info", InfoJson.Plain.InfoAnswer, cancellationToken);

    public void Dispose() => _http.Dispose();

    private string Local()
    {
        var address = host.BindIp is "0.0.0.0" or "::" ? "127.0.0.1" : host.BindIp;
        return $"http://{(address.Contains(':') ? $"[{address}]" : address)}:{host.Port}";
    }

    private async Task<T?> GetAsync<T>(
        string uri, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await _http.GetFromJsonAsync(uri, type, cancellationToken);
        }
        catch (Exception none) when (none is HttpRequestException or System.Text.Json.JsonException
            or UriFormatException
            || (none is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
