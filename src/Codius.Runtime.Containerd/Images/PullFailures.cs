using Codius.Core;
using Codius.Core.Pods;

namespace Codius.Runtime.Containerd.Images;

/// <summary>Says whose fault it is that an image could not be had.</summary>
internal static class PullFailures
{
    public static Failure TooSlow(ImageReference image, TimeSpan limit) => new(
        FailureKind.ImageUnavailable,
        $"The image {image} could not be pulled within {limit.TotalSeconds:0} s.",
        Blame.Upstream,
        Retryable: true);

    public static Failure NotFound(ImageReference image) =>
        new(FailureKind.ImageNotFound, $"The registry {image.Registry} has no image {image}.", Blame.Caller);

    public static Failure Unauthorized(ImageReference image) => new(
        FailureKind.ImageRefused,
        $"The registry {image.Registry} gives the image {image} only to those it knows.",
        Blame.Caller);

    public static Failure Unreachable(ImageReference image, string why) => new(
        FailureKind.ImageUnavailable,
        $"The registry {image.Registry} cannot be reached: {why}",
        Blame.Upstream,
        Retryable: true);

    public static Failure WrongPlatform(ImageReference image, string platform) =>
        new(FailureKind.ImageRefused, $"The image {image} is not for this host's platform, {platform}.", Blame.Caller);

    public static Failure Private(ImageReference image) =>
        new(FailureKind.ImageRefused, $"The registry {image.Registry} is on a private network.", Blame.Caller);

    public static Failure Malformed(ImageReference image, string why) =>
        new(FailureKind.ImageRefused, $"The image {image} cannot be used: {why}.", Blame.Caller);

    public static Failure NotTaken(string image, string fault) =>
        Failure.NoCapacity($"This host's disk cannot take the image {image}: {fault}.");

    public static Failure NoRuntime(string image) => new(
        FailureKind.RuntimeUnavailable,
        $"This host's containerd cannot take the image {image} just now.",
        Blame.Host,
        Retryable: true);

    public static Failure TooLarge(ImageReference image, long size, long limit) => new(
        FailureKind.ImageRefused, $"The image {image} has {size} bytes; this host takes up to {limit}.", Blame.Caller);
}
