using System.Globalization;

namespace Codius.Crash.Dying;

/// <summary>What a host does when it has come to a step.</summary>
internal enum StepAction
{
    /// <summary>SIGKILL to itself.</summary>
    Die,

    /// <summary>Prints a line, and goes on when one is written to it.</summary>
    Wait,
}

/// <summary>
/// A moment in the life of a host: before or after its so manieth call of one of its ports, as in
/// <c>die:IHostStore.CommitAsync:after:1</c>. Answers are a port as well: <c>Answer.Sold</c>.
/// </summary>
internal sealed record Step(StepAction Action, string Name, bool IsAfter, int Count)
{
    public const string ReachedLine = "the step is reached";

    public static Step Parse(string text)
    {
        var parts = text.Split(':');
        return new Step(
            Enum.Parse<StepAction>(parts[0], ignoreCase: true),
            parts[1],
            parts[2] == "after",
            int.Parse(parts[3], CultureInfo.InvariantCulture));
    }

    /// <summary>A step told in short: <c>IHostStore.CommitAsync:after</c>, and :2 for the second time.</summary>
    public static Step Of(StepAction action, string text) =>
        Parse($"{action}:{text}{(text.Count(sign => sign == ':') == 1 ? ":1" : "")}");

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Action}:{Name}:{(IsAfter ? "after" : "before")}:{Count}");
}
