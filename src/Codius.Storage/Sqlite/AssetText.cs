using System.Globalization;
using Codius.Core.Ledger;

namespace Codius.Storage.Sqlite;

/// <summary>Reads what <see cref="Asset.ToString"/> wrote.</summary>
internal static class AssetText
{
    public static Asset Parse(string text)
    {
        var slash = text.LastIndexOf('/');
        return new Asset(text[..slash], byte.Parse(text.AsSpan(slash + 1), CultureInfo.InvariantCulture));
    }
}
