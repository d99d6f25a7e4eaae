using Codius.Client.Hosts;
using Codius.Client.Payments;
using Codius.Core;

namespace Codius.Cli;

/// <summary>What the commands know of the world around them, so that tests can give them another one.</summary>
public sealed record CliContext
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required TextReader In { get; init; }

    /// <summary>Whether somebody sits there who can answer a question.</summary>
    public required bool IsInteractive { get; init; }

    /// <summary>Whether the error output is a terminal that can show a moving picture.</summary>
    public required bool HasTerminal { get; init; }

    public required string Directory { get; init; }

    public required Func<string, string?> Variable { get; init; }

    public required HttpClient Http { get; init; }

    public required ICreditStore Credits { get; init; }

    /// <summary>Makes a payer from a BTP URL, or says what is wrong with it.</summary>
    public required Func<string, Outcome<PayerHandle>> CreatePayer { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public HostClientOptions HostOptions { get; init; } = new();

    public string PathOf(string file) => Path.Combine(Directory, file);
}

/// <summary>A payer and where it is connected to, in words that hold no secret.</summary>
public sealed record PayerHandle(IPayer Payer, string Server);
