namespace Codius.Runtime.Containerd.Network;

/// <summary>
/// What pods may reach, and how much of the network each may take. Section <c>Codius:Network</c> of a host.
/// </summary>
public sealed class NetworkOptions
{
    private const int MostConnections = 1_000_000;
    private const int MostMegabits = 100_000;

    /// <summary>
    /// What pods may reach although it would be closed to them, or is in <see cref="Blocked"/>: IPv4 addresses and
    /// ranges, perhaps with a port, such as <c>10.1.2.0/24:443</c>. Never the machine itself and never other pods.
    /// </summary>
    public IList<string> Allowed { get; set; } = [];

    /// <summary>What pods may not reach besides what is closed to them anyway, in the same form.</summary>
    public IList<string> Blocked { get; set; } = [];

    /// <summary>How many connections out of it one pod may have at a time; conversations by UDP are some.</summary>
    public int MaxConnections { get; set; } = 2000;

    /// <summary>How many one pod may open in a second.</summary>
    public int MaxNewConnectionsPerSecond { get; set; } = 200;

    /// <summary>
    /// How much one pod may send, and how much it may receive, in 1,000,000 bits a second, if its machine class does
    /// not say less.
    /// </summary>
    public int MegabitsPerSecond { get; set; } = 1000;

    internal IEnumerable<string> Validate()
    {
        foreach (var (name, list) in new[] { (nameof(Allowed), Allowed), (nameof(Blocked), Blocked) })
        {
            foreach (var text in list.Where(t => !Destination.TryParse(t, out _)))
                yield return $"Network:{name} contains '{text}', which is no IPv4 address or range "
                    + "such as 10.1.2.0/24 or 10.1.2.3:443.";
        }

        if (MaxConnections is < 1 or > MostConnections)
            yield return $"Network:{nameof(MaxConnections)} must be 1 to {MostConnections}.";
        if (MaxNewConnectionsPerSecond is < 1 or > MostConnections)
            yield return $"Network:{nameof(MaxNewConnectionsPerSecond)} must be 1 to {MostConnections}.";
        if (MegabitsPerSecond is < 1 or > MostMegabits)
            yield return $"Network:{nameof(MegabitsPerSecond)} must be 1 to {MostMegabits}.";
    }
}
