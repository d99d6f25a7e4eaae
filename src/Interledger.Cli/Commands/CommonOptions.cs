using System.CommandLine;

namespace Interledger.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json")
    {
        Description = "The result as one JSON object on the standard output, or one a line.",
    };

    public static Option<bool> Units() => new("--units")
    {
        Description = "Count amounts in the smallest units of the asset, instead of whole ones.",
    };
}
