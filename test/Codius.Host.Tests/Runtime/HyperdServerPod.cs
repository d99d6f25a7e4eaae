using System.Text.Json.Nodes;
using Codius.Core.Pods;

namespace Codius.Host.Tests.Runtime;

/// <summary>A pod of the stand-in for hyperd, under hyperd's id and under that of the machine behind it.</summary>
internal sealed class HyperdServerPod(string id, PodId pod, IReadOnlyList<string> containers)
{
    public string Id => id;

    public PodId Pod => pod;

    public bool Paused { get; set; }

    /// <summary>The name of the container with this id, if it is this pod's.</summary>
    public string? NameOf(string containerId) =>
        containers.FirstOrDefault(name => IdOf(name) == containerId);

    /// <summary>What hyperd tells of it: types.PodInfo.</summary>
    public JsonObject Describe(PodStatus status) => new()
    {
        ["podID"] = id,
        ["kind"] = "Pod",
        ["apiVersion"] = "v1",
        ["vm"] = "vm-x",
        ["createdAt"] = status.CreatedAt.ToUnixTimeSeconds(),
        ["spec"] = new JsonObject
        {
            ["containers"] = new JsonArray([.. containers.Select(name => (JsonNode)new JsonObject
            {
                ["name"] = name,
                ["containerID"] = IdOf(name),
            })]),
        },
        ["status"] = new JsonObject
        {
            ["phase"] = Phase(status),
            ["hostIP"] = "127.0.0.1",
            ["podIP"] = new JsonArray($"{status.Address}/24"),
            ["containerStatus"] = new JsonArray([.. status.Containers.Select(c => (JsonNode)Describe(c))]),
        },
        ["podName"] = id,
    };

    private string IdOf(string name) => $"{id}-c{containers.ToList().IndexOf(name)}";

    private string Phase(PodStatus status) => Paused ? "Paused"
        : status.Containers.All(c => c.Phase == ContainerPhase.Created) ? "Pending"
        : "Running";

    private JsonObject Describe(ContainerStatus container)
    {
        var json = new JsonObject { ["name"] = container.Name, ["containerID"] = IdOf(container.Name) };
        (string phase, string detail, JsonObject value) = container.Phase switch
        {
            ContainerPhase.Created => ("pending", "waiting", new JsonObject { ["reason"] = "Pending" }),
            ContainerPhase.Running =>
                ("running", "running", new JsonObject { ["startedAt"] = $"{container.StartedAt:O}" }),
            _ => (container.ExitCode == 0 ? "succeeded" : "failed", "terminated", new JsonObject
            {
                ["exitCode"] = container.ExitCode,
                ["reason"] = "",
                ["message"] = "",
                ["startedAt"] = $"{container.StartedAt:O}",
                ["finishedAt"] = $"{container.FinishedAt:O}",
            }),
        };
        json["phase"] = phase;
        json[detail] = value;
        return json;
    }
}
