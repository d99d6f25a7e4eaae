using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Interledger.Connector.Settlement;

/// <summary>What an engine answered to a message: an HTTP status, or none if it was not reached.</summary>
/// <param name="Status">The status; null if there was no answer.</param>
/// <param name="Body">The message in return.</param>
public readonly record struct EngineAnswer(HttpStatusCode? Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether the engine did as it was asked.</summary>
    public bool IsSuccess => (int?)Status is >= 200 and < 300;
}

/// <summary>Asks one settlement engine (RFC 0038, section "Settlement Engine HTTP API").</summary>
/// <param name="http">Sends the requests; its time-out is theirs.</param>
/// <param name="engine">The base address of its interface.</param>
public sealed class SettlementEngineClient(HttpClient http, Uri engine)
{
    /// <summary>The most that a message in return may have, which is what an ILP packet carries.</summary>
    internal const int MaxMessageLength = 32768;

    /// <summary>Tells it of an account; it knows it already if it was told before.</summary>
    public Task<EngineAnswer> CreateAccountAsync(string account, CancellationToken cancellationToken) => SendAsync(
        new HttpRequestMessage(HttpMethod.Post, PathOf("accounts"))
        {
            Content = JsonContent.Create(new SetUpAccount(account), SettlementJson.Default.SetUpAccount),
        },
        cancellationToken);

    /// <summary>Tells it that an account is no more.</summary>
    public Task<EngineAnswer> DeleteAccountAsync(string account, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Delete, PathOf(account, null)), cancellationToken);

    /// <summary>Asks it to pay an account.</summary>
    public Task<EngineAnswer> SettleAsync(OutgoingSettlement settlement, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, PathOf(settlement.Account, "settlements"))
        {
            Content = JsonContent.Create(
                QuantityBody.Of(settlement.Quantity), SettlementJson.Default.QuantityBody),
        };
        request.Headers.Add(SettlementEndpoints.IdempotencyKey, settlement.Key);
        return SendAsync(request, cancellationToken);
    }

    /// <summary>Hands it a message of the account's engine.</summary>
    public Task<EngineAnswer> SendMessageAsync(
        string account, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var content = new ReadOnlyMemoryContent(message);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return SendAsync(
            new HttpRequestMessage(HttpMethod.Post, PathOf(account, "messages")) { Content = content }, cancellationToken);
    }

    private Uri PathOf(string account, string? what) =>
        PathOf($"accounts/{Uri.EscapeDataString(account)}{(what is null ? "" : $"/{what}")}");

    private Uri PathOf(string path) => new($"{engine.AbsoluteUri.TrimEnd('/')}/{path}");

    private async Task<EngineAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            try
            {
                using var response = await http.SendAsync(
                    request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                await response.Content.LoadIntoBufferAsync(MaxMessageLength, cancellationToken);
                return new EngineAnswer(
                    response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
            }
            catch (Exception e) when (e is HttpRequestException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                return default;
            }
        }
    }
}
