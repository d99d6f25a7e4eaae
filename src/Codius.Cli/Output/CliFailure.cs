using Codius.Client.Hosts;
using Codius.Core.Money;

namespace Codius.Cli.Output;

/// <summary>Why a command ends without what was wanted, in one sentence, and what to do about it in another.</summary>
public sealed record CliFailure(ExitCode Code, string Message)
{
    public string? Advice { get; init; }

    public HostError? Host { get; init; }

    /// <summary>What the payer is short of, if it was known.</summary>
    public Amount? Paid { get; init; }

    /// <summary>What may have been paid too: it was under way and nobody answered.</summary>
    public Amount? InDoubt { get; init; }
}
