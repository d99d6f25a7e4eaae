using System.Text.Json;
using Codius.Host.Tests.Payments;

namespace Codius.Host.Tests.Pods;

/// <summary>A pod that a test bought, with who bought it and by which right.</summary>
internal sealed record OwnedPod(SellingHost Host, PlayPayer Payer, JsonElement Sold)
{
    public string Hash => Sold.GetProperty("manifestHash").GetString()!;

    public string Capability => Payer.Capability!;

    public string Path => $"/pods?manifestHash={Hash}";

    public async Task<JsonElement> DescribeAsync() => JsonElement.Parse(await Host.Http.GetStringAsync(Path));

    public async Task<string> StateAsync() => (await DescribeAsync()).GetProperty("state").GetString()!;

    public Task<HttpResponseMessage> LogsAsync(string? capability = null, string query = "") =>
        Host.SendAsync(HttpMethod.Get, $"/pods/{Hash}/logs{query}", capability);

    public Task<HttpResponseMessage> StopAsync(string? capability) =>
        Host.SendAsync(HttpMethod.Delete, $"/pods/{Hash}", capability);
}
