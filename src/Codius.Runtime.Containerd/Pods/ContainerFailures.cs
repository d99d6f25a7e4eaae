using System.Text.RegularExpressions;
using Codius.Core;
using Codius.Runtime.Containerd.Disks;
using Codius.Runtime.Containerd.Grpc;

namespace Codius.Runtime.Containerd.Pods;

/// <summary>Says in words for the uploader why a container could not be made or started.</summary>
internal static partial class ContainerFailures
{
    /// <summary>What runtimes say when the program itself is the reason, and what follows says more.</summary>
    private static readonly string[] Starts =
        ["exec: ", "error finding executable ", "chdir to cwd ", "mkdir ", "exec user process caused"];

    public static Failure OfCreate(string container, GrpcStatus status) => status.Code switch
    {
        GrpcCode.Unavailable or GrpcCode.DeadlineExceeded => Broken(container, status),
        // The pod's own disk comes later, when it is started; then it may be the pod that has filled it.
        _ when DiskFault.In(status.Message) is { } fault =>
            Failure.NoCapacity($"Container '{container}' could not be made: this host's disk cannot take it: {fault}."),
        _ => Failure.PodFailed($"Container '{container}' could not be made: {Cause(status.Message)}"),
    };

    public static Failure OfStart(string container, GrpcStatus status) => status.Code switch
    {
        GrpcCode.Unavailable or GrpcCode.DeadlineExceeded => Broken(container, status),
        _ => Failure.PodFailed($"Container '{container}' could not be started: {Cause(status.Message)}"),
    };

    public static Failure OfLink(string container, string place) =>
        Failure.PodFailed($"Container '{container}' could not be made: its image has a link in the place of /{place}");

    private static Failure Broken(string container, GrpcStatus status) =>
        new(FailureKind.RuntimeUnavailable, $"Container '{container}': {status.Message}", Blame.Host, Retryable: true);

    /// <summary>
    /// The part of a long chain of messages that tells the uploader something, without this machine's paths.
    /// </summary>
    private static string Cause(string message)
    {
        foreach (var start in Starts)
        {
            if (message.IndexOf(start, StringComparison.Ordinal) is var at and >= 0)
                return message[at..].Replace(": unknown", "").Trim();
        }

        return MachinePath().Replace(message.Replace(": unknown", ""), "…").Trim();
    }

    [GeneratedRegex("""/(run|var)/[^\s":]*""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex MachinePath();
}
