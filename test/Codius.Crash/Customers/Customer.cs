using System.Net.Http.Headers;
using System.Text.Json;
using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Shouldly;

namespace Codius.Crash.Customers;

/// <summary>What somebody wants of a host.</summary>
internal sealed record Wish(HttpMethod Method, string Path, string? Body)
{
    /// <summary>What is paid first, in a packet of its own; the rest follows when that has been taken.</summary>
    public ulong? FirstPart { get; init; }

    /// <summary>Whether what is due comes with the first packet, beside the request.</summary>
    public bool PaysAtOnce { get; init; }

    /// <summary>Whether money is taken back.</summary>
    public bool TakesBack { get; init; }

    /// <summary>Shown for what was bought before.</summary>
    public string? Capability { get; init; }

    public static Wish Upload(string body, int seconds) => new(HttpMethod.Post, $"/pods?duration={seconds}", body);

    public static Wish Extend(string hash, int seconds) =>
        new(HttpMethod.Put, $"/pods?manifestHash={hash}&duration={seconds}", null);

    public static Wish Stop(string hash, string capability) =>
        new(HttpMethod.Delete, $"/pods/{hash}", null) { Capability = capability, TakesBack = true };
}

/// <summary>Somebody who pays by STREAM for one wish, and remembers what he sent and what he was told.</summary>
internal sealed class Customer : IAsyncDisposable
{
    private const ulong Purse = 1_000_000_000;
    private readonly CodiusHost _host;
    private readonly StepPayer _payer;
    private bool _hasLeft;

    private Customer(CodiusHost host, StepPayer payer, Wish wish) => (_host, _payer, Wish) = (host, payer, wish);

    public Wish Wish { get; }

    /// <summary>As the journal names it.</summary>
    public string Token => Convert.ToHexStringLower(Convert.FromBase64String(_payer.Token + "=="));

    public ulong Sent => _payer.Sent;

    public ulong GotBack => _payer.Stream?.TotalReceived ?? 0;

    /// <summary>Null when there was no answer.</summary>
    public int? Status { get; private set; }

    public JsonElement Answer { get; private set; }

    /// <summary>His own, for the pod.</summary>
    public string Capability { get; } = "capability-" + Guid.NewGuid().ToString("n");

    /// <summary>The secret of a credit, his own or an older one.</summary>
    public string Credit { set => _payer.Credit = value; }

    public static async Task<Customer> ConnectAsync(CodiusHost host, Wish wish, string? btpUrl = null)
    {
        var payer = await StepPayer.ConnectAsync(host, btpUrl: btpUrl);
        payer.Credit = "credit-" + Guid.NewGuid().ToString("n");
        return new Customer(host, payer, wish);
    }

    /// <summary>Does it all, as far as it goes; whatever breaks, the host has broken it.</summary>
    public async Task TryAsync()
    {
        try
        {
            using var first = await RequestAsync();
            if ((int)first.StatusCode != 402)
            {
                await HearAsync(first);
                return;
            }

            await PayAsync(first);
            var asking = RequestAsync();
            if (Wish.FirstPart is { } part)
            {
                await Task.WhenAny(asking, _payer.Stream!.WaitForSentAsync(part));
                _payer.Stream.SetSendMax(Purse);
            }

            using var second = await asking;
            await HearAsync(second);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ShouldAssertException
            or OperationCanceledException or TimeoutException or InvalidOperationException)
        {
            // It was killed. What he knows then is what he has sent.
        }
    }

    /// <summary>Leaves with his money; he can still ask.</summary>
    public async Task LeaveAsync()
    {
        if (!_hasLeft)
            await _payer.DisposeAsync();
        _hasLeft = true;
    }

    /// <summary>The same request with the same token, and no money.</summary>
    public async Task<(int Status, JsonElement Answer)> RepeatAsync()
    {
        using var answer = await RequestAsync();
        return ((int)answer.StatusCode, await ReadAsync(answer));
    }

    public async ValueTask DisposeAsync() => await LeaveAsync();

    private async Task PayAsync(HttpResponseMessage challenge)
    {
        var back = Wish.TakesBack ? Purse : 0;
        if (Wish.PaysAtOnce)
        {
            await _payer.FollowAtOnceAsync(challenge, Purse, back);
            return;
        }

        await _payer.FollowAsync(challenge, Wish.FirstPart ?? (Wish.Method == HttpMethod.Delete ? 0 : Purse));
        _payer.Stream!.SetReceiveMax(back);
    }

    private Task<HttpResponseMessage> RequestAsync() => _payer.RequestAsync(
        Wish.Path,
        Wish.Body,
        Wish.Method,
        change: request =>
        {
            request.Headers.Add("Pod-Capability", Capability);
            if (Wish.PaysAtOnce && _payer.Stream is not null && !_hasLeft)
                request.Headers.Add("Pay-Early", "1");
            if (Wish.Capability is { } shown)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", shown);
        });

    private async Task HearAsync(HttpResponseMessage answer)
    {
        Answer = await ReadAsync(answer);
        Status = (int)answer.StatusCode;
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return text.StartsWith('{') ? JsonElement.Parse(text) : JsonElement.Parse(JsonSerializer.Serialize(text));
    }
}
