using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Codius.Host.Tests.Runtime;

/// <summary>
/// Speaks hyperd's interface on a unix socket, as it was recorded of the original host and as hyperd's own sources have
/// what was not; behind it are pods that play the steps of their commands. It writes down what it was asked.
/// </summary>
public sealed class HyperdServer : IAsyncDisposable
{
    private const int Terminate = 15;
    private readonly TemporaryDirectory _files = new();
    private readonly ScriptedPodRuntime _pods = new(TimeProvider.System);
    private readonly ConcurrentDictionary<string, HyperdServerPod> _known = new();
    private readonly WebApplication _app;

    private HyperdServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket));
        _app = builder.Build();
        _app.Use(WriteDownAsync);
        _app.MapPost("/pod/create", CreateAsync);
        MapPod(HttpMethods.Post, "/pod/start", "podId", (_, pod) => StartAsync(pod));
        MapPod(HttpMethods.Post, "/pod/pause", "podId", (_, pod) => PauseAsync(pod, paused: true));
        MapPod(HttpMethods.Post, "/pod/unpause", "podId", (_, pod) => PauseAsync(pod, paused: false));
        MapPod(HttpMethods.Post, "/pod/kill", "podName", KillAsync);
        MapPod(HttpMethods.Delete, "/pod", "podId", (_, pod) => DeleteAsync(pod));
        MapPod(HttpMethods.Get, "/pod/info", "podName", (_, pod) => InfoAsync(pod));
        MapPod(HttpMethods.Get, "/pod/stats", "podId", (_, pod) => StatsAsync(pod));
        _app.MapGet("/list", ListAsync);
        _app.MapPost("/image/create", PullAsync);
        _app.MapGet("/container/logs", LogsAsync);
    }

    public string Socket => _files["hyper.sock"];

    /// <summary>Method, path and body of each request, in their order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static async Task<HyperdServer> StartAsync()
    {
        var server = new HyperdServer();
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _files.Dispose();
    }

    private async Task WriteDownAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.EnableBuffering();
        using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
        var body = await reader.ReadToEndAsync();
        context.Request.Body.Position = 0;
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        Requests.Enqueue($"{context.Request.Method} {target}{(body.Length > 0 ? "\n" + body : "")}");
        await next(context);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var json = (await JsonNode.ParseAsync(context.Request.Body))!;
        var id = (string)json["id"]!;
        var manifest = ManifestHash.TryParse(id[..ManifestHash.Length], out var hash) ? hash : default;
        var containers = json["containers"]!.AsArray().Select(ToContainer!).ToList();
        if (containers.FirstOrDefault(c => _pods.Machine.Registry(c.Image) is not null) is { } missing)
        {
            await FailAsync(context, $"No such image: {missing.Image}");
            return;
        }

        var pod = new HyperdServerPod(id, PodId.New(), [.. containers.Select(c => c.Name)]);
        _known[id] = pod;
        var memory = (long)json["resource"]!["memory"]! * 1024 * 1024;
        await _pods.CreateAsync(new PodSpec(pod.Pod, manifest, new(memory, 1000, 100), containers), default);
        await AnswerAsync(context, new JsonObject { ["ID"] = id, ["Code"] = 0, ["Cause"] = "" });
    }

    private static ContainerSpec ToContainer(JsonNode json)
    {
        if (!ImageReference.TryParse((string)json["image"]!, out var image))
            throw new InvalidDataException("No image is named so.");
        return new ContainerSpec(
            (string)json["name"]!,
            image,
            json["command"]?.AsArray().Select(word => (string)word!).ToList(),
            (string?)json["workdir"],
            json["envs"]!.AsArray().ToDictionary(e => (string)e!["env"]!, e => (string)e!["value"]!));
    }

    private async Task<JsonObject?> StartAsync(HyperdServerPod pod)
    {
        var started = await _pods.StartAsync(pod.Pod, default);
        return started.Failure is { } failure
            ? throw new InvalidOperationException(failure.Message)
            : new JsonObject { ["Code"] = 0 };
    }

    private async Task<JsonObject?> PauseAsync(HyperdServerPod pod, bool paused)
    {
        pod.Paused = paused;
        await (paused ? _pods.PauseAsync(pod.Pod, default) : _pods.ResumeAsync(pod.Pod, default));
        return null;
    }

    // The machine behind ends all containers of a pod at once; whichever is named first does it.
    private async Task<JsonObject?> KillAsync(HttpContext context, HyperdServerPod pod)
    {
        var signal = int.Parse(context.Request.Query["signal"]!, CultureInfo.InvariantCulture);
        var status = (await _pods.GetStatusAsync(pod.Pod, default))!;
        var stubborn = signal == Terminate && _pods.Machine.Pods.Single(p => p.Id == pod.Pod).Containers
            .Any(c => c.Command?.Contains(Step.Stubborn.ToString()) == true);
        if (!stubborn && status.Containers.Any(c => c.Phase == ContainerPhase.Running))
            await _pods.StopAsync(pod.Pod, signal == Terminate ? TimeSpan.FromSeconds(1) : TimeSpan.Zero, default);
        return new JsonObject { ["Code"] = 0 };
    }

    private async Task<JsonObject?> DeleteAsync(HyperdServerPod pod)
    {
        _known.TryRemove(pod.Id, out _);
        await _pods.RemoveAsync(pod.Pod, default);
        return new JsonObject { ["Code"] = 0, ["ID"] = pod.Id, ["Cause"] = "" };
    }

    private async Task<JsonObject?> InfoAsync(HyperdServerPod pod) =>
        pod.Describe((await _pods.GetStatusAsync(pod.Pod, default))!);

    private async Task<JsonObject?> StatsAsync(HyperdServerPod pod)
    {
        var stats = (await _pods.GetStatsAsync(pod.Pod, default))!;
        return new JsonObject
        {
            ["cpu"] = new JsonObject { ["usage"] = new JsonObject { ["total"] = stats.CpuTime.Ticks * 100 } },
            ["memory"] = new JsonObject { ["usage"] = stats.MemoryBytes },
        };
    }

    private Task ListAsync(HttpContext context) => AnswerAsync(context, new JsonObject
    {
        ["item"] = "pod",
        ["podData"] = new JsonArray([.. _known.Keys.Select(id => (JsonNode)$"{id}:{id}:vm-x:running")]),
    });

    private Task PullAsync(HttpContext context)
    {
        var name = context.Request.Query["imageName"].ToString();
        return ImageReference.TryParse(name, out var image) && _pods.Machine.Registry(image) is null
            ? AnswerAsync(context, [])
            : FailAsync(context, $"No such image: {name}");
    }

    private async Task LogsAsync(HttpContext context)
    {
        var id = context.Request.Query["container"].ToString();
        var follow = context.Request.Query["follow"] == "true";
        if (_known.Values.FirstOrDefault(p => p.NameOf(id) is not null) is not { } pod)
            return;
        await context.Response.Body.FlushAsync();
        await foreach (var line in _pods.ReadLogsAsync(pod.Pod, new LogQuery(follow), context.RequestAborted))
        {
            if (line.Container != pod.NameOf(id))
                continue;
            var text = Encoding.UTF8.GetBytes($"{line.At:O} {line.Text}\n");
            var header = new byte[8];
            header[0] = line.Stream == LogStream.Stdout ? (byte)1 : (byte)2;
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), text.Length);
            await context.Response.Body.WriteAsync(header);
            await context.Response.Body.WriteAsync(text);
            await context.Response.Body.FlushAsync();
        }
    }

    private void MapPod(
        string method, string path, string parameter, Func<HttpContext, HyperdServerPod, Task<JsonObject?>> answer) =>
        _app.MapMethods(path, [method], (RequestDelegate)(context => WithPodAsync(context, parameter, answer)));

    private async Task WithPodAsync(
        HttpContext context, string parameter, Func<HttpContext, HyperdServerPod, Task<JsonObject?>> answer)
    {
        var id = context.Request.Query[parameter].ToString();
        if (!_known.TryGetValue(id, out var pod))
        {
            await FailAsync(context, $"The pod({id}) can not be found");
            return;
        }

        try
        {
            if (await answer(context, pod) is { } json)
                await AnswerAsync(context, json);
            else
                context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (InvalidOperationException refused)
        {
            await FailAsync(context, refused.Message);
        }
    }

    private static Task FailAsync(HttpContext context, string message)
    {
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        return AnswerAsync(context, new JsonObject { ["message"] = message });
    }

    private static Task AnswerAsync(HttpContext context, JsonObject json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json.ToJsonString());
    }
}
