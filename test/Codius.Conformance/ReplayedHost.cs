using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Codius.Core;
using Codius.Core.Pods;
using Codius.Host.Payments;
using Codius.Host.Pods;
using Codius.Host.Tests;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Interledger;
using Interledger.Addresses;
using Interledger.Links;
using Microsoft.Extensions.DependencyInjection;

namespace Codius.Conformance;

/// <summary>
/// A host to which all recordings have been replayed, once and in their order, with the pods and the payments that the
/// original had when they were made.
/// </summary>
public sealed class ReplayedHost : IAsyncLifetime
{
    private const string PodWithLogs = "079-pods-get-debug-ok";
    private readonly Dictionary<string, ReplayedRecording> _replayed = new(StringComparer.Ordinal);
    private readonly ScriptedPodRuntime _runtime = new(TimeProvider.System);

    /// <summary>Port 8080 is in the recorded manifests; an address of its own keeps it free of others.</summary>
    private readonly EchoPod _pod = new(new IPEndPoint(
        new IPAddress([127, 80, .. RandomNumberGenerator.GetBytes(1), (byte)RandomNumberGenerator.GetInt32(1, 255)]),
        8080));

    private RunningHost? _host;
    private LinkedPayer? _payer;

    public ReplayedRecording this[string name] => _replayed[name];

    public async ValueTask InitializeAsync()
    {
        _runtime.Machine.Address = _ => _pod.Address;
        _runtime.Machine.Registry = _ => null;
        _host = await RunningHost.StartAsync(
            builder => builder.Services.AddSingleton<IPodRuntime>(_runtime), "QuoteMode=Challenge", "AllowTags=true");
        var (near, far) = InMemoryLink.CreatePair();
        _payer = new LinkedPayer(far);
        await _host.Services.GetRequiredService<StreamTill>().OpenAsync(
            near, IlpAddress.Parse("test.host"), new AssetDetails("XRP", 9));
        var pods = _host.Services.GetRequiredService<PodRegistry>();
        await Deadline.UntilAsync(() => pods.IsOpen, "the host should be open");

        var replay = new Replay(_host.Http, _payer);
        foreach (var recording in Recording.All)
        {
            await PrepareAsync(recording.Name);
            _replayed[recording.Name] = await replay.RunAsync(recording);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        _pod.Dispose();
    }

    /// <summary>What happened at the original before a request and was not recorded as one.</summary>
    private async Task PrepareAsync(string recording)
    {
        switch (recording[..3])
        {
            case "073":
                _runtime.On(RuntimeOperation.Start).FailNext(Failure.PodFailed("it cannot be executed"));
                break;
            case "076":
                await UploadPodWithLogsAsync();
                break;
            case "088":
                WriteLog("later");
                break;
            case "090":
                _pod.Stop();
                break;
            case "091":
                _pod.Start();
                break;
        }
    }

    private async Task UploadPodWithLogsAsync()
    {
        var recorded = Recording.All.Single(r => r.Name == PodWithLogs).Exchanges[0].Answer.Body;
        var body = new JsonObject
        {
            ["manifest"] = JsonNode.Parse(recorded)!["manifest"]!.DeepClone(),
            ["private"] = JsonNode.Parse(
                """{"vars":{"A":{"nonce":"0123456789abcdef0123456789abcdef","value":"secret"}}}"""),
        };
        using var client = _host!.CreateClient();
        client.DefaultRequestHeaders.Add("Pay-Token", "AAAAAAAAAAAAAAAAAAAAAA");
        using var challenge = await client.PostAsJsonAsync("/pods?duration=600", body);
        await using var payment = await _payer!.BeginAsync(challenge.Headers.GetValues("Pay").Single(), default);
        using var answer = await client.PostAsJsonAsync("/pods?duration=600", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        WriteLog("line one");
    }

    private void WriteLog(string text)
    {
        var pod = _runtime.Machine.Pods.Single(p => p.Containers[0].WorkingDirectory is not null);
        _runtime.Machine.Write(pod.Id, "app", LogStream.Stdout, text);
    }
}
