using System.Reflection;
using Codius.Testing.Processes;
using Shouldly;

namespace Codius.Testing.Api;

/// <summary>
/// Compares what a library shows to the world with what it is meant to show, a file beside its tests.
/// </summary>
public static class ApiSnapshot
{
    private const string AcceptVariable = "ACCEPT_API";

    /// <summary>Fails with the lines that differ; with ACCEPT_API=1 it writes the file instead.</summary>
    /// <param name="library">The library.</param>
    /// <param name="path">The file, from the root of the repository.</param>
    public static void Check(Assembly library, params ReadOnlySpan<string> path)
    {
        var file = Repository.PathOf(path);
        string[] actual = [.. ApiSurface.Describe(library)];
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
            File.WriteAllLines(file, actual);
        var expected = File.Exists(file) ? File.ReadAllLines(file) : [];
        Compare(expected, actual).ShouldBeEmpty(
            $"The public API of {library.GetName().Name} is not what {Path.GetRelativePath(Repository.Root, file)} "
            + $"says. If the change is meant, run this test with {AcceptVariable}=1 and commit the file.");
    }

    /// <summary>
    /// The lines that only one side has, each under its type: gone ones with a minus, new ones a plus.
    /// </summary>
    public static IReadOnlyList<string> Compare(IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var (before, now) = (Qualify(expected), Qualify(actual));
        return
        [
            .. before.Except(now).Select(static line => "- " + line),
            .. now.Except(before).Select(static line => "+ " + line),
        ];
    }

    // Members of several types look the same; the type's name before them tells them apart.
    private static List<string> Qualify(IEnumerable<string> lines)
    {
        var (type, qualified) = ("", new List<string>());
        foreach (var line in lines.Where(static line => line.Length > 0))
        {
            var isMember = line[0] == ' ';
            type = isMember ? type : line;
            qualified.Add(isMember ? $"{type} {{ {line.Trim()} }}" : line);
        }

        return qualified;
    }
}
