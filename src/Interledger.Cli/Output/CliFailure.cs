using System.Text.Json.Nodes;

namespace Interledger.Cli.Output;

/// <summary>Why a command ends without what was wanted, in one sentence, and what to do about it in another.</summary>
public sealed record CliFailure(ExitCode Code, string Message)
{
    public string? Advice { get; init; }

    /// <summary>What there is to tell programs besides.</summary>
    public JsonObject? Details { get; init; }
}
