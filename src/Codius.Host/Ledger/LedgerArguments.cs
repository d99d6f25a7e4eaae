using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Host.Configuration;

namespace Codius.Host.Ledger;

/// <summary>What follows <c>codiusd ledger</c> or <c>codiusd backup</c>.</summary>
/// <param name="Action">The word without dashes; print when there is none.</param>
/// <param name="Store">The file that is read.</param>
/// <param name="Format">csv or json.</param>
/// <param name="Filter">Which part is looked at.</param>
internal sealed record LedgerArguments(string Action, string Store, string Format, LedgerFilter Filter)
{
    /// <summary>
    /// Reads them; what begins with <c>--Codius:</c> or is <c>--config</c> is a setting of the host, whose store is
    /// read where <c>--store</c> names no other.
    /// </summary>
    public static bool TryRead(
        string[] args, [NotNullWhen(true)] out LedgerArguments? arguments, [NotNullWhen(false)] out string? problem)
    {
        (arguments, problem) = (null, null);
        var (settings, action, store, format, filter) = (new List<string>(), (string?)null, (string?)null, "json",
            new LedgerFilter());
        for (var i = 0; i < args.Length && problem is null; i++)
        {
            var (name, value) = Split(args, ref i);
            if (name.StartsWith("--Codius:", StringComparison.OrdinalIgnoreCase) || name == "--config")
                settings.Add($"{name}={value}");
            else if (!name.StartsWith('-') && action is null)
                action = name;
            else if (name.Length > 2 && value is null)
                problem = $"{name} needs a value";
            else if (name == "--store")
                store = value;
            else if (name == "--format" && value is "csv" or "json")
                format = value;
            else if (!TryNarrow(ref filter, name, value!))
                problem = $"{name} {value} is not understood";
        }

        if (problem is not null)
            return false;
        arguments = new LedgerArguments(action ?? "print", store ?? StoreOf([.. settings]), format, filter);
        return true;
    }

    // --name=value, --name value, or a word.
    private static (string Name, string? Value) Split(string[] args, ref int i)
    {
        var argument = args[i];
        if (!argument.StartsWith('-'))
            return (argument, null);
        if (argument.IndexOf('=') is > 0 and var at)
            return (argument[..at], argument[(at + 1)..]);
        return (argument, i + 1 < args.Length ? args[++i] : null);
    }

    private static bool TryNarrow(ref LedgerFilter filter, string name, string value)
    {
        switch (name)
        {
            case "--from" when TryReadTime(value, out var from):
                filter = filter with { From = from };
                return true;
            case "--to" when TryReadTime(value, out var to):
                filter = filter with { To = to };
                return true;
            case "--asset":
                filter = filter with { Asset = value };
                return true;
            case "--pod" when ManifestHash.TryParse(value, out var pod):
                filter = filter with { Pod = pod };
                return true;
            default:
                return false;
        }
    }

    // A day is its beginning; what names no zone is in UTC.
    private static bool TryReadTime(string text, out DateTimeOffset time) => DateTimeOffset.TryParse(
        text,
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out time);

    private static string StoreOf(string[] settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddCodiusSources(settings);
        var root = configuration.GetSection(HostOptions.Section)[nameof(HostOptions.RootDirectory)];
        return Path.Combine(root ?? new HostOptions().RootDirectory, HostOptions.StoreFile);
    }
}
