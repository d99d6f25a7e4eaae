using System.Text.RegularExpressions;

namespace Codius.Core.Pods;

/// <summary>
/// A kind of machine that a manifest can ask for by name, what it may use, and what a month of it costs in whole units
/// of what its host's prices are in.
/// </summary>
public sealed partial record MachineClass(string Name, ResourceLimits Limits, decimal CostPerMonth)
{
    /// <summary>Whether a class can be called so: 1 to 32 of a-z, 0-9 and '-'.</summary>
    public static bool IsName(string name) => Names().IsMatch(name);

    [GeneratedRegex("""\A[a-z0-9-]{1,32}\z""", RegexOptions.NonBacktracking)]
    private static partial Regex Names();
}
