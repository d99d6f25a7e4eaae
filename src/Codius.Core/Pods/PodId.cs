using System.Security.Cryptography;

namespace Codius.Core.Pods;

/// <summary>
/// One attempt to run a manifest. A new attempt has a new id, so that what a failed one left behind is never mistaken
/// for it. 16 lower-case hexadecimal digits.
/// </summary>
public readonly record struct PodId(string Value)
{
    public static PodId New() => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));

    public override string ToString() => Value;
}
