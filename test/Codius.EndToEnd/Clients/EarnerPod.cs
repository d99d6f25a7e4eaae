using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Interledger.Accounts;
using Interledger.Payments;
using Interledger.Spsp;
using Interledger.Stream;
using Shouldly;

namespace Codius.EndToEnd.Clients;

/// <summary>
/// The pod of samples/earner, which pays and is paid by unmodified JavaScript packages, with its uploader.
/// </summary>
internal sealed class EarnerPod
{
    private static readonly SemaphoreSlim Building = new(1);
    private static SampleImage? _image;

    private readonly CodiusHost _host;

    private EarnerPod(CodiusHost host, JsonElement sold, string capability) =>
        (_host, Sold, Capability) = (host, sold, capability);

    public JsonElement Sold { get; }

    public string Capability { get; }

    public string Hash => Sold.GetProperty("manifestHash").GetString()!;

    public static async Task<EarnerPod> BuyAsync(CodiusHost host, string? payout)
    {
        var image = await BuildAsync();
        await host.ImportAsync(image);
        await using var payer = await StepPayer.ConnectAsync(host);
        payer.Capability = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        payer.Payout = payout;
        var manifest = new SampleManifest(image.Reference.ToString()) { Debug = true };
        var answer = await payer.PayAsync("/pods?duration=1200", manifest.ToBody());
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(200, text);
        return new EarnerPod(host, JsonElement.Parse(text), payer.Capability);
    }

    /// <summary>Somebody pays the pod; how much has left him.</summary>
    public async Task<ulong> EarnAsync(ulong amount)
    {
        var (account, problem) = await IlpAccount.ConnectAsync(_host.BtpUrl($"customer-{Guid.NewGuid():n}"));
        account.ShouldNotBeNull(problem);
        await using var customer = account;
        SpspAnswer.TryRead(await _host.Http.GetByteArrayAsync(Url("")), out var answer).ShouldBeTrue();
        var (payment, failure) = await OutgoingPayment.QuoteAsync(
            customer.Client, answer!.Credentials, PaymentAmount.FixedSource(amount));
        if (payment is null)
            throw new InvalidOperationException(failure?.Message);
        return (await payment.PayAsync()).Totals.Sent;
    }

    /// <summary>What the program in the pod says that it was paid.</summary>
    public async Task<long> SaysItEarnedAsync() =>
        long.Parse(await _host.Http.GetStringAsync(Url("earned")), CultureInfo.InvariantCulture);

    /// <summary>The program in the pod pays somebody; its answer, which is how much has left it.</summary>
    public async Task<(int Status, string Text)> SpendAsync(StreamCredentials payee, ulong amount)
    {
        var secret = Uri.EscapeDataString(Convert.ToBase64String(payee.SharedSecret.Span));
        using var answer = await _host.Http.GetAsync(
            Url($"pay?to={Uri.EscapeDataString(payee.Address.Value)}&secret={secret}&amount={amount}"));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>What the host says of the pod's account: what is on it, what was paid out, what is in doubt.</summary>
    public async Task<(long Balance, long PaidOut, long InDoubt)> EarningsAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/pods/{Hash}/earnings");
        request.Headers.Authorization = new("Bearer", Capability);
        using var answer = await _host.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(200, text);
        var account = JsonElement.Parse(text).GetProperty("accounts")[0];
        return (Amount("balance"), Amount("paidOut"), Amount("inDoubt"));

        long Amount(string name) =>
            long.Parse(account.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
    }

    public async Task EndAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/pods/{Hash}");
        request.Headers.Authorization = new("Bearer", Capability);
        using var answer = await _host.Http.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(200, await answer.Content.ReadAsStringAsync());
    }

    private Uri Url(string path) => new(new Uri(Sold.GetProperty("url").GetString()!), path);

    private static async Task<SampleImage> BuildAsync()
    {
        await Building.WaitAsync();
        try
        {
            if (_image is { } built && File.Exists(built.Archive))
                return built;
            await NodePeers.EnsureInstalledAsync();
            var archive = Path.Combine(Directory.CreateTempSubdirectory("codius-earner-").FullName, "earner.tar");
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(archive)!, true);
            var build = await RunningProgram.RunAsync(new ProgramStart(
                Repository.PathOf("samples", "earner", "build-image.sh"),
                archive,
                Path.Combine(NodePeers.Directory, "node_modules")));
            return _image = new SampleImage(archive, "codius.local/earner", build.EnsureSuccess().Output.Trim());
        }
        finally
        {
            Building.Release();
        }
    }
}
