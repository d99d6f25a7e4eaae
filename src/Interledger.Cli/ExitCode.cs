namespace Interledger.Cli;

/// <summary>What the process ends with. Programs rely on these; the help text lists them.</summary>
public enum ExitCode
{
    Ok = 0,

    /// <summary>The command line is wrong, or what was given to decode is nothing that is known.</summary>
    Usage = 1,

    /// <summary>Somebody answered and said no: there is no such receiver, or no way to the destination.</summary>
    Refused = 2,

    /// <summary>It could not be paid, and no money moved.</summary>
    PaymentFailed = 3,

    /// <summary>Money moved, or may have, and less than was wanted.</summary>
    PaidInPart = 4,

    /// <summary>The provider or the server of the receiver cannot be reached.</summary>
    Unreachable = 5,

    /// <summary>Ctrl-C before the end. The output says whether money moved.</summary>
    Cancelled = 130,
}
