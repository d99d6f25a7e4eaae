using System.CommandLine;

namespace Codius.Cli.Commands;

/// <summary>The options of every command that spends money.</summary>
internal sealed class PaidOptions
{
    public Option<string> Duration { get; } = new("--duration", "-d")
    {
        Description = "Seconds to buy, from 1 to 2592000 (30 days).",
        DefaultValueFactory = _ => "600",
    };

    public Option<string?> MaxPrice { get; } = new("--max-price")
    {
        Description = "The most to pay, in whole units of what you pay with, such as 0.01.",
    };

    public Option<string?> MaxMonthlyRate { get; } = new("--max-monthly-rate", "-m")
    {
        Description = "The most to pay, as a rate a month in --units. With --assume-yes and no limit given: 10.",
    };

    public Option<string> Units { get; } = new("--units", "-u")
    {
        Description = "What --max-monthly-rate is counted in.",
        DefaultValueFactory = _ => "XRP",
    };

    public Option<bool> AssumeYes { get; } = new("--assume-yes", "-y") { Description = "Do not ask." };

    public Option<string?> Btp { get; } = new("--btp")
    {
        Description = "Your Interledger provider, btp+ws://:secret@host:port. Otherwise CODIUS_BTP or ILP_BTP_SERVER, "
            + "or a moneyd on this machine.",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "One JSON object on the standard output." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Duration, MaxPrice, MaxMonthlyRate, Units, AssumeYes, Btp, Json })
            command.Options.Add(option);
    }

    public PaidChoices Read(ParseResult result) => new(
        result.GetValue(Duration)!,
        result.GetValue(MaxPrice),
        result.GetValue(MaxMonthlyRate),
        result.GetValue(Units)!,
        result.GetValue(AssumeYes),
        result.GetValue(Btp),
        result.GetValue(Json));
}

/// <summary>What the user chose.</summary>
internal sealed record PaidChoices(
    string Duration,
    string? MaxPrice,
    string? MaxMonthlyRate,
    string Units,
    bool AssumeYes,
    string? Btp,
    bool Json);
