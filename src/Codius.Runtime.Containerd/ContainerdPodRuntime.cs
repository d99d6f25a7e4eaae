using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using Codius.Core;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cgroups;
using Codius.Runtime.Containerd.Cri;
using Codius.Runtime.Containerd.Daemon;
using Codius.Runtime.Containerd.Disks;
using Codius.Runtime.Containerd.Images;
using Codius.Runtime.Containerd.Logs;
using Codius.Runtime.Containerd.Network;
using Codius.Runtime.Containerd.Pods;
using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd;

/// <summary>
/// Runs pods in containerd through its container runtime interface. All state is containerd's: this object can be
/// thrown away at any time, and another one goes on with the same pods.
/// </summary>
public sealed partial class ContainerdPodRuntime : IPodRuntime, IPodDoor
{
    private readonly ContainerdOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CriClient _cri;
    private readonly PodCgroups _cgroups;
    private readonly PrivateContainerd? _containerd;
    private readonly PodFiles _files;
    private readonly PodLabels _labels;
    private readonly PodDisks _disks;
    private readonly LogKeeper _logs;
    private readonly PodConfigs _configs;
    private readonly PodStatuses _statuses;
    private readonly ContainerExits _exits;
    private readonly ImageStore _images;
    private readonly SandboxHostName _hostName;
    private readonly WarmSandboxes _warm;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<PodId, MadePod> _made = new();
    private RuntimeHandler? _handler;
    private FileStream? _lock;
    private bool _isOpen;
    private bool _disposed;
    private Task _background = Task.CompletedTask;
    private Task? _guarding;

    public ContainerdPodRuntime(ContainerdOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _time, _logger) = (options, time, loggers.CreateLogger<ContainerdPodRuntime>());
        _cri = new CriClient(options.SocketPath, time);
        _cgroups = PodCgroups.OfThisMachine(options.Instance);
        Network = new PodNetwork(options, time, loggers.CreateLogger<PodNetwork>());
        _containerd = options.ExistingSocket is null
            ? new PrivateContainerd(options, Network, _cri, time, loggers.CreateLogger<PrivateContainerd>())
            : null;
        _files = new PodFiles(options.PodsDirectory);
        _labels = new PodLabels(options.Instance);
        _disks = new PodDisks(_files, loggers.CreateLogger<PodDisks>());
        _logs = new LogKeeper(_files, options, time, loggers.CreateLogger<LogKeeper>());
        _configs = new PodConfigs(options, _labels, _files);
        _statuses = new PodStatuses(_cri, _labels, _cgroups);
        _exits = new ContainerExits(_cri, _labels, time, loggers.CreateLogger<ContainerExits>());
        _images = new ImageStore(options, _cri, new Turns(), time);
        _hostName = new SandboxHostName(options, _cgroups);
        _warm = new WarmSandboxes(
            options.WarmSandboxes,
            id => _cgroups.AnyProcess(id) is not null,
            time,
            loggers.CreateLogger<WarmSandboxes>());
    }

    /// <inheritdoc/>
    /// <remarks>What isolates pods is known when the runtime is open.</remarks>
    public RuntimeInfo Info => new("containerd", _handler?.Isolation ?? "unknown");

    /// <inheritdoc/>
    public IPAddress HostAddress => Network.HostAddress;

    /// <inheritdoc/>
    public void LeadTo(int port) => Network.PortBehindDoor = port;

    /// <inheritdoc/>
    public Task<Outcome<Done>> OpenAsync(CancellationToken cancellationToken) =>
        OpenAsync(toRunPods: true, cancellationToken);

    /// <summary>Opens it only to remove what there is, which needs no isolation that works.</summary>
    public Task<Outcome<Done>> OpenForRemovalAsync(CancellationToken cancellationToken) =>
        OpenAsync(toRunPods: false, cancellationToken);

    /// <inheritdoc/>
    public Task<Outcome<PulledImage>> PullAsync(ImageReference image, CancellationToken cancellationToken) =>
        _images.PullAsync(image, cancellationToken);

    /// <summary>
    /// Brings an image in from an OCI archive, without any registry. Its manifests can then be used as
    /// <paramref name="name"/>@digest, for example codius.local/hello@sha256:….
    /// </summary>
    public Task<Outcome<PulledImage>> ImportImageAsync(
        string archive, string name, CancellationToken cancellationToken) =>
        _images.ImportAsync(archive, name, cancellationToken);

    /// <inheritdoc/>
    public Task UncageAsync(PodId id, CancellationToken cancellationToken)
    {
        _cgroups.Uncage(id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task PauseAsync(PodId id, CancellationToken cancellationToken) =>
        _cgroups.SetFrozenAsync(id, frozen: true, _time, cancellationToken);

    /// <inheritdoc/>
    public Task ResumeAsync(PodId id, CancellationToken cancellationToken) =>
        _cgroups.SetFrozenAsync(id, frozen: false, _time, cancellationToken);

    /// <inheritdoc/>
    public async Task<PodStatus?> GetStatusAsync(PodId id, CancellationToken cancellationToken) =>
        (await _statuses.ReadAsync(id, cancellationToken)).FirstOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<PodStatus>> ListAsync(CancellationToken cancellationToken) =>
        _statuses.ReadAsync(null, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<PodEvent> WatchAsync(CancellationToken cancellationToken) =>
        _exits.WatchAsync(cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogLine> ReadLogsAsync(
        PodId id, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await GetStatusAsync(id, cancellationToken) is not { } status)
            yield break;
        var files = status.Containers
            .Select((c, index) => (c.Name, _files.LogFile(id, index), _files.LogStartFile(id, index))).ToList();
        var reader = new PodLogReader(files, _options.MaxLogLineLength, _time);
        await foreach (var line in reader.ReadAsync(query, () => Directory.Exists(_files.Logs(id)), cancellationToken))
            yield return line;
    }

    /// <inheritdoc/>
    public Task<PodStats?> GetStatsAsync(PodId id, CancellationToken cancellationToken) =>
        Task.FromResult(_cgroups.Read(id) is { } stats ? stats with { DiskBytes = _disks.UsedBytes(id) } : null);

    /// <summary>Stops looking after the pods, which go on, as does the containerd that runs them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        await EndBackgroundAsync();
        _warm.LetGo();
        _cri.Dispose();
        _closing.Dispose();
        _images.Dispose();
        if (_lock is not null)
            await _lock.DisposeAsync();
    }

    private async Task EndBackgroundAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_background, _guarding ?? Task.CompletedTask)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<Outcome<Done>> OpenAsync(bool toRunPods, CancellationToken cancellationToken)
    {
        if (_isOpen)
            return Done.Instance;
        if (string.Join(' ', _options.Validate()) is { Length: > 0 } wrong)
            return Unavailable(wrong);
        Directory.CreateDirectory(_options.RootDirectory);
        Directory.CreateDirectory(_options.StateDirectory);
        if (!TryLock())
            return Unavailable($"{_options.RootDirectory} is in use by another host.");
        var candidates = RuntimeCandidates.Find(_options);
        if (toRunPods && candidates.Present.Count == 0)
            return NoIsolation(candidates.Absent);
        _images.Open();
        if (!(await Network.OpenAsync(cancellationToken)).Succeeded(out _, out var failure))
            return failure;
        // From now on: the pods of the life before this one are there already.
        _guarding ??= Network.GuardRulesAsync(_closing.Token);
        if (_containerd is not null
            && !(await _containerd.OpenAsync(candidates.Present, cancellationToken)).Succeeded(out _, out failure))
            return failure;
        await RemoveLeftoversAsync(cancellationToken);
        if (toRunPods && !(await ChooseAsync(candidates, cancellationToken)).Succeeded(out _handler, out failure))
            return failure;
        _background = Task.WhenAll(
            _exits.RunAsync(_closing.Token),
            toRunPods ? KeepWarmAsync(_closing.Token) : Task.CompletedTask,
            _images.CollectRegularlyAsync(_closing.Token),
            _logs.RunAsync(_closing.Token),
            Network.FollowChangesAsync(FindNetworkLimitsAsync, _closing.Token),
            _containerd?.SuperviseAsync(_closing.Token) ?? Task.CompletedTask);
        _isOpen = true;
        return Done.Instance;
    }

    /// <summary>Two hosts with one directory would remove each other's pods.</summary>
    private bool TryLock()
    {
        try
        {
            _lock ??= new FileStream(
                Path.Combine(_options.RootDirectory, "lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static Failure Unavailable(string message) =>
        new(FailureKind.RuntimeUnavailable, message, Blame.Host, Retryable: true);
}
