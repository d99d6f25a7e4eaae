using System.Text.Json;
using Codius.Core.Leases;

namespace Codius.Client.Payments;

/// <summary>Credits in a JSON file that only its owner can read: <c>{"https://host.example": "secret"}</c>.</summary>
public sealed class CreditFile(string path) : ICreditStore
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Lock _lock = new();

    /// <summary>Of this user: <c>$XDG_CONFIG_HOME/codius/credits.json</c>, or below <c>~/.config</c>.</summary>
    public static string DefaultPath { get; } = Path.Combine(
        Environment.GetFolderPath(
            Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "codius",
        "credits.json");

    public CreditSecret? Find(Uri host)
    {
        lock (_lock)
        {
            return Read().TryGetValue(Key(host), out var text) && CreditSecret.TryParse(text, out var secret)
                ? secret
                : null;
        }
    }

    public void Save(Uri host, CreditSecret secret)
    {
        lock (_lock)
        {
            var credits = Read();
            if (credits.TryGetValue(Key(host), out var known) && known == secret.Value)
                return;
            credits[Key(host)] = secret.Value;
            Write(credits);
        }
    }

    private static string Key(Uri host) => host.GetLeftPart(UriPartial.Authority);

    private Dictionary<string, string> Read()
    {
        if (!File.Exists(path))
            return [];
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(path)) ?? [];
        }
        catch (JsonException e)
        {
            // Not overwritten: there may be money in it.
            throw new InvalidDataException($"{path} is damaged; repair it or move it away.", e);
        }
    }

    private void Write(Dictionary<string, string> credits)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var draft = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var file = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(file, credits);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }
}
