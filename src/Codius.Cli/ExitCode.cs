namespace Codius.Cli;

/// <summary>What the process ends with. Programs rely on these; the help text lists them.</summary>
public enum ExitCode
{
    Ok = 0,

    /// <summary>The command line or the author's files are wrong. Nothing was bought.</summary>
    Usage = 1,

    /// <summary>The host said no, and no money moved.</summary>
    Refused = 2,

    /// <summary>It could not be paid for, and no money moved.</summary>
    PaymentFailed = 3,

    /// <summary>Money moved, or may have, and there is no pod for it. What the host owes is kept as a credit.</summary>
    PaidForNothing = 4,

    /// <summary>The host cannot be reached or does not answer in time.</summary>
    Unreachable = 5,

    /// <summary>Ctrl-C. The output says whether money moved.</summary>
    Cancelled = 130,
}
