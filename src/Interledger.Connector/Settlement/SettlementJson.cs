using System.Globalization;
using System.Text.Json.Serialization;

namespace Interledger.Connector.Settlement;

internal sealed record SetUpAccount(string Id);

/// <summary>A quantity as it is written: the amount is a string, so that nobody rounds it.</summary>
internal sealed record QuantityBody(string? Amount, int? Scale)
{
    public static QuantityBody Of(SettlementQuantity quantity) =>
        new(quantity.Amount.ToString(CultureInfo.InvariantCulture), quantity.Scale);

    public bool TryRead(out SettlementQuantity quantity)
    {
        quantity = default;
        return Scale is >= 0 and <= byte.MaxValue && SettlementQuantity.TryRead(Amount, (byte)Scale.Value, out quantity);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(SetUpAccount))]
[JsonSerializable(typeof(QuantityBody))]
internal sealed partial class SettlementJson : JsonSerializerContext;
