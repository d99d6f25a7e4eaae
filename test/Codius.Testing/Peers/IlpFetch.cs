using System.Globalization;
using System.Text.Json;
using Codius.Testing.Processes;

namespace Codius.Testing.Peers;

public sealed record IlpFetchRequest(string Method, Uri Url)
{
    public string? Body { get; init; }

    /// <summary>What the client is ready to pay, in minor units; without it a 402 is an error.</summary>
    public ulong? MaxPrice { get; init; }

    /// <summary>With a secret in it: this account; without: one made by the client.</summary>
    public required string BtpUrl { get; init; }

    /// <summary>16 bytes; null lets the client draw them.</summary>
    public byte[]? PayToken { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}

/// <summary>How the server answered in the end, and what the client says that it paid.</summary>
public sealed record IlpFetchResponse(int Status, ulong Price, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonElement.Parse(Body);
}

/// <summary>ilp-fetch 1.4.0 from npm on Node 16, as the original client uses it. It knows no time-out.</summary>
public sealed class IlpFetch : IAsyncDisposable
{
    private readonly TemporaryDirectory _files = new();
    private readonly JsonProgram _program;

    private IlpFetch(IlpFetchRequest request) => _program = new JsonProgram(Describe(request, _files));

    public RunningProgram Program => _program.Program;

    public static async Task<IlpFetch> StartAsync(IlpFetchRequest request)
    {
        await NodePeers.EnsureInstalledAsync();
        return new IlpFetch(request);
    }

    public static async Task<IlpFetchResponse> RequestAsync(IlpFetchRequest request, TimeSpan? within = null)
    {
        await using var fetch = await StartAsync(request);
        return await fetch.ResponseAsync(within);
    }

    public async Task<IlpFetchResponse> ResponseAsync(TimeSpan? within = null)
    {
        var response = await _program.NextAsync("response", within);
        return new IlpFetchResponse(
            response.GetProperty("status").GetInt32(),
            ulong.Parse(response.GetProperty("price").GetString()!, CultureInfo.InvariantCulture),
            response.GetProperty("body").GetString()!,
            response.GetProperty("headers").Deserialize<Dictionary<string, string>>()!);
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _files.Dispose();
    }

    private static ProgramStart Describe(IlpFetchRequest request, TemporaryDirectory files)
    {
        List<string> arguments = ["--method", request.Method, "--url", request.Url.ToString(), "--btp", request.BtpUrl];
        if (request.MaxPrice is { } price) arguments.AddRange(["--max-price", $"{price}"]);
        if (request.PayToken is { } token) arguments.AddRange(["--pay-token", Convert.ToBase64String(token)]);
        foreach (var (name, value) in request.Headers) arguments.AddRange(["--header", $"{name}: {value}"]);
        if (request.Body is { } body)
        {
            File.WriteAllText(files["body"], body);
            arguments.AddRange(["--body", files["body"]]);
        }

        return NodePeers.Describe(NodePeers.Node16, "ilp-fetch.js", arguments);
    }
}
