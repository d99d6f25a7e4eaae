using Codius.Runtime.Containerd.Cri.Events;
using Codius.Runtime.Containerd.Cri.Snapshots;
using Codius.Runtime.Containerd.Cri.V1;
using Codius.Runtime.Containerd.Grpc;
using Google.Protobuf;

namespace Codius.Runtime.Containerd.Cri;

/// <summary>
/// The container runtime interface as containerd serves it. Each call has a time limit of its own. Calls that may be
/// repeated are, when the connection broke under them: containerd can be restarted at any time while pods go on.
/// </summary>
public sealed class CriClient(string socketPath, TimeProvider time) : IDisposable
{
    private const int Attempts = 3;
    private const string NotInitialized = "server is not initialized yet";
    private const string Runtime = "runtime.v1.RuntimeService/";
    private const string Images = "runtime.v1.ImageService/";
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan InitializedWithin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan InitializedCheck = TimeSpan.FromMilliseconds(25);

    private readonly GrpcChannel _channel = new(socketPath, time);

    public Task<GrpcReply<VersionResponse>> VersionAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _channel.CallAsync(
            Runtime + "Version", new VersionRequest(), VersionResponse.Parser, timeout, cancellationToken);

    public Task<GrpcReply<StatusResponse>> StatusAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _channel.CallAsync(Runtime + "Status", new StatusRequest(), StatusResponse.Parser, timeout, cancellationToken);

    public Task<GrpcReply<RunPodSandboxResponse>> RunPodSandboxAsync(
        PodSandboxConfig config, string handler, CancellationToken cancellationToken) =>
        OnceAsync(
            Runtime + "RunPodSandbox",
            new RunPodSandboxRequest { Config = config, RuntimeHandler = handler },
            RunPodSandboxResponse.Parser,
            Long,
            cancellationToken);

    public Task<GrpcReply<StopPodSandboxResponse>> StopPodSandboxAsync(
        string id, CancellationToken cancellationToken) =>
        RepeatAsync(
            Runtime + "StopPodSandbox",
            new StopPodSandboxRequest { PodSandboxId = id },
            StopPodSandboxResponse.Parser,
            Long,
            cancellationToken);

    public Task<GrpcReply<RemovePodSandboxResponse>> RemovePodSandboxAsync(
        string id, CancellationToken cancellationToken) =>
        RepeatAsync(
            Runtime + "RemovePodSandbox",
            new RemovePodSandboxRequest { PodSandboxId = id },
            RemovePodSandboxResponse.Parser,
            Long,
            cancellationToken);

    public Task<GrpcReply<PodSandboxStatusResponse>> PodSandboxStatusAsync(
        string id, bool verbose, CancellationToken cancellationToken) =>
        RepeatAsync(
            Runtime + "PodSandboxStatus",
            new PodSandboxStatusRequest { PodSandboxId = id, Verbose = verbose },
            PodSandboxStatusResponse.Parser,
            Brief,
            cancellationToken);

    public Task<GrpcReply<ListPodSandboxResponse>> ListPodSandboxAsync(
        IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        var filter = new PodSandboxFilter();
        foreach (var (key, value) in labels)
            filter.LabelSelector.Add(key, value);
        return RepeatAsync(
            Runtime + "ListPodSandbox",
            new ListPodSandboxRequest { Filter = filter },
            ListPodSandboxResponse.Parser,
            Brief,
            cancellationToken);
    }

    public Task<GrpcReply<CreateContainerResponse>> CreateContainerAsync(
        string sandbox, ContainerConfig config, PodSandboxConfig sandboxConfig, CancellationToken cancellationToken) =>
        OnceAsync(
            Runtime + "CreateContainer",
            new CreateContainerRequest { PodSandboxId = sandbox, Config = config, SandboxConfig = sandboxConfig },
            CreateContainerResponse.Parser,
            Long,
            cancellationToken);

    public Task<GrpcReply<StartContainerResponse>> StartContainerAsync(
        string id, CancellationToken cancellationToken) =>
        OnceAsync(
            Runtime + "StartContainer",
            new StartContainerRequest { ContainerId = id },
            StartContainerResponse.Parser,
            Long,
            cancellationToken);

    public Task<GrpcReply<StopContainerResponse>> StopContainerAsync(
        string id, TimeSpan grace, CancellationToken cancellationToken) =>
        RepeatAsync(
            Runtime + "StopContainer",
            new StopContainerRequest { ContainerId = id, Timeout = (long)Math.Ceiling(grace.TotalSeconds) },
            StopContainerResponse.Parser,
            grace + Long,
            cancellationToken);

    public Task<GrpcReply<RemoveContainerResponse>> RemoveContainerAsync(
        string id, CancellationToken cancellationToken) =>
        RepeatAsync(
            Runtime + "RemoveContainer",
            new RemoveContainerRequest { ContainerId = id },
            RemoveContainerResponse.Parser,
            Long,
            cancellationToken);

    public Task<GrpcReply<ListContainersResponse>> ListContainersAsync(
        IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        var filter = new ContainerFilter();
        foreach (var (key, value) in labels)
            filter.LabelSelector.Add(key, value);
        return RepeatAsync(
            Runtime + "ListContainers",
            new ListContainersRequest { Filter = filter },
            ListContainersResponse.Parser,
            Brief,
            cancellationToken);
    }

    public Task<GrpcReply<ContainerStatusResponse>> ContainerStatusAsync(
        string id, CancellationToken cancellationToken) =>
        RepeatAsync(
            Runtime + "ContainerStatus",
            new ContainerStatusRequest { ContainerId = id },
            ContainerStatusResponse.Parser,
            Brief,
            cancellationToken);

    public Task<GrpcReply<ImageStatusResponse>> ImageStatusAsync(string image, CancellationToken cancellationToken) =>
        RepeatAsync(
            Images + "ImageStatus",
            new ImageStatusRequest { Image = new ImageSpec { Image = image } },
            ImageStatusResponse.Parser,
            Brief,
            cancellationToken);

    public Task<GrpcReply<RemoveImageResponse>> RemoveImageAsync(string image, CancellationToken cancellationToken) =>
        RepeatAsync(
            Images + "RemoveImage",
            new RemoveImageRequest { Image = new ImageSpec { Image = image } },
            RemoveImageResponse.Parser,
            Brief,
            cancellationToken);

    /// <summary>How containerd mounts the root of a container.</summary>
    public Task<GrpcReply<MountsResponse>> SnapshotMountsAsync(string container, CancellationToken cancellationToken) =>
        RepeatAsync(
            "containerd.services.snapshots.v1.Snapshots/Mounts",
            new MountsRequest { Snapshotter = "overlayfs", Key = container },
            MountsResponse.Parser,
            Brief,
            cancellationToken);

    /// <summary>What happens in containerd, of the given topics, until the connection breaks.</summary>
    public IAsyncEnumerable<Envelope> SubscribeAsync(string filter, CancellationToken cancellationToken) =>
        _channel.StreamAsync(
            "containerd.services.events.v1.Events/Subscribe",
            new SubscribeRequest { Filters = { filter } },
            Envelope.Parser,
            cancellationToken);

    public void Dispose() => _channel.Dispose();

    private async Task<GrpcReply<TResponse>> RepeatAsync<TResponse>(
        string method,
        IMessage request,
        MessageParser<TResponse> parser,
        TimeSpan timeout,
        CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        for (var attempt = 1; ; attempt++)
        {
            var reply = await OnceAsync(method, request, parser, timeout, cancellationToken);
            if (reply.Status.Code != GrpcCode.Unavailable || attempt == Attempts)
                return reply;
        }
    }

    /// <summary>After its start containerd answers for a moment without doing anything.</summary>
    private async Task<GrpcReply<TResponse>> OnceAsync<TResponse>(
        string method,
        IMessage request,
        MessageParser<TResponse> parser,
        TimeSpan timeout,
        CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var reply = await _channel.CallAsync(method, request, parser, timeout, cancellationToken);
            if (!reply.Status.Message.Contains(NotInitialized) || time.GetElapsedTime(since) > InitializedWithin)
                return reply;
            await Task.Delay(InitializedCheck, time, cancellationToken);
        }
    }
}
