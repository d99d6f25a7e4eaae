using System.Text.Json.Serialization;
using Codius.Host.Errors;

namespace Codius.Host.Runtime.Hyperd;

// The fields that are in use of hyperd's types, by their names there: https://github.com/hyperhq/hyperd, types.proto.
internal sealed record UserPod(string Id, UserResource Resource, IReadOnlyList<UserContainer> Containers);

/// <summary>Processors, and MiB of memory.</summary>
internal sealed record UserResource(int Vcpu, long Memory);

internal sealed record UserContainer(
    string Name,
    string Image,
    IReadOnlyList<string>? Command,
    string? Workdir,
    IReadOnlyList<EnvironmentVariable> Envs);

internal sealed record EnvironmentVariable(string Env, string Value);

/// <summary>What most requests are answered; a code other than 0 is a failure.</summary>
internal sealed record HyperdAnswer(
    [property: JsonPropertyName("Code")] int Code, [property: JsonPropertyName("Cause")] string? Cause);

/// <summary>What a request that failed is answered, and a line of a pull that did.</summary>
internal sealed record HyperdError(string? Message, string? Error);

/// <summary>Lines of <c>pod id:name:vm:status</c>.</summary>
internal sealed record PodList(IReadOnlyList<string>? PodData);

internal sealed record PodInfo(
    [property: JsonPropertyName("podID")] string? PodId, long CreatedAt, PodInfoSpec? Spec, PodInfoStatus? Status);

internal sealed record PodInfoSpec(IReadOnlyList<PodInfoContainer>? Containers);

internal sealed record PodInfoContainer(
    string? Name, [property: JsonPropertyName("containerID")] string? ContainerId);

/// <summary>Addresses come with the length of their network.</summary>
internal sealed record PodInfoStatus(
    string? Phase,
    [property: JsonPropertyName("podIP")] IReadOnlyList<string>? PodIp,
    IReadOnlyList<ContainerInfoStatus>? ContainerStatus);

internal sealed record ContainerInfoStatus(
    string? Name,
    [property: JsonPropertyName("containerID")] string? ContainerId,
    string? Phase,
    RunningInfo? Running,
    TerminatedInfo? Terminated);

internal sealed record RunningInfo(string? StartedAt);

internal sealed record TerminatedInfo(int ExitCode, string? Reason, string? StartedAt, string? FinishedAt);

internal sealed record PodUsage(CpuUse? Cpu, MemoryUse? Memory);

internal sealed record CpuUse(CpuTotal? Usage);

/// <summary>Nanoseconds.</summary>
internal sealed record CpuTotal(ulong Total);

/// <summary>Bytes.</summary>
internal sealed record MemoryUse(ulong Usage);

[JsonSerializable(typeof(UserPod))]
[JsonSerializable(typeof(HyperdAnswer))]
[JsonSerializable(typeof(HyperdError))]
[JsonSerializable(typeof(PodList))]
[JsonSerializable(typeof(PodInfo))]
[JsonSerializable(typeof(PodUsage))]
internal sealed partial class HyperdJson : JsonSerializerContext
{
    public static HyperdJson Plain { get; } = new(PlainJson.CreateOptions());
}
