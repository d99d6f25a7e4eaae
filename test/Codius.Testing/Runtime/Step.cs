namespace Codius.Testing.Runtime;

/// <summary>
/// What a sample program does next. Real containers get the steps as a shell script, scripted ones play them. A
/// program without <see cref="Exit"/> and <see cref="Stay"/> at its end exits with 0.
/// </summary>
public sealed record Step(string Verb, string Argument = "")
{
    /// <summary>Runs until it is asked to end, and then exits with 143 as a program does that SIGTERM ends.</summary>
    public static Step Stay { get; } = new("stay");

    /// <summary>Runs until it is killed.</summary>
    public static Step Stubborn { get; } = new("stubborn");

    /// <summary>Prints its working directory.</summary>
    public static Step Directory { get; } = new("directory");

    public static Step Out(string text) => new("out", text);

    public static Step Error(string text) => new("error", text);

    /// <summary>Prints the value of a variable of its environment.</summary>
    public static Step Variable(string name) => new("variable", name);

    public static Step Exit(int code) => new("exit", code.ToString());

    /// <summary>Reads the text form, a verb and its argument with a space between.</summary>
    public static Step Parse(string text) =>
        text.Split(' ', 2) is [var verb, var argument] ? new Step(verb, argument) : new Step(text);

    public override string ToString() => Argument.Length > 0 ? $"{Verb} {Argument}" : Verb;
}
