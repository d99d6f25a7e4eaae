namespace Interledger.Cli;

/// <summary>What the commands know of the world around them, so that tests can give them another one.</summary>
public sealed record IlpContext
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required TextReader In { get; init; }

    /// <summary>Whether somebody sits there who can answer a question.</summary>
    public required bool IsInteractive { get; init; }

    /// <summary>Whether the error output is a terminal, on which a line can be written anew.</summary>
    public required bool HasTerminal { get; init; }

    public required Func<string, string?> Variable { get; init; }

    /// <summary>Asks SPSP endpoints; it must not follow redirects itself.</summary>
    public required HttpClient Http { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
