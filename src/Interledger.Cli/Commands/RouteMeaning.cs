using Interledger.Packets;

namespace Interledger.Cli.Commands;

/// <summary>What the answer to a packet without money says of the route.</summary>
/// <param name="Code">The code of the Reject.</param>
/// <param name="Reached">Whether the packet came to its destination.</param>
/// <param name="Words">The meaning in a sentence.</param>
internal sealed record RouteMeaning(string Code, bool Reached, string Words)
{
    public static RouteMeaning Of(IlpReply reply)
    {
        if (reply.IsFulfill)
        {
            return new RouteMeaning(
                "---", false, "Somebody fulfilled what nobody can fulfil: do not trust this provider.");
        }

        var code = reply.Code.ToString();
        var who = reply.TriggeredBy.IsEmpty ? "Somebody on the way" : reply.TriggeredBy.Value;
        return Failure(code, who, reply.TriggeredBy.IsEmpty) is { } words
            ? new RouteMeaning(code, false, words)
            : new RouteMeaning(code, true, "The destination answered: there is a route to it.");
    }

    // RFC 0027, "ILP Error Codes": those that connectors give. Only receivers have a reason for the others.
    private static string? Failure(string code, string who, bool nameless) => code switch
    {
        "F02" => nameless ? "There is no route to it." : $"There is no route to it beyond {who}.",
        "F08" => $"{who} forwards not even a packet without money.",
        "T00" => $"{who} has failed inside.",
        "T01" => $"{who} has a route, but its next hop does not answer or has gone.",
        "T02" => $"The next hop of {who} is too busy.",
        "T03" => $"{who} is too busy.",
        "T04" => $"An account at {who} has no money left to go on with.",
        "T05" => $"{who} takes no more packets for now: too many came.",
        "R00" => "The packet expired on its way: somebody does not answer, or holds it.",
        "R01" => $"{who} got less than it has to forward.",
        "R02" => $"Too little time was left at {who}: try a longer --timeout.",
        _ => null,
    };
}
