using System.ComponentModel.DataAnnotations;

namespace Codius.Host.Payments.Rates;

/// <summary>
/// What prices are in, if not in the host's asset, and who says what that is worth. Section <c>Codius:Rates</c>.
/// </summary>
public sealed class RateOptions : IValidatableObject
{
    /// <summary>The currency of all prices, such as USD; null when they are in the host's asset.</summary>
    public string? Currency { get; set; }

    /// <summary>
    /// Answers GET with JSON. <c>{asset}</c> and <c>{currency}</c> in it are replaced by the codes, and <c>{ASSET}</c>
    /// and so on by those in capitals.
    /// </summary>
    public string? Url { get; set; }

    /// <summary>
    /// Where the rate stands in the answer, as a JSON pointer (RFC 6901), with the same replacements: a number, or a
    /// string of one. Empty when the answer is nothing else.
    /// </summary>
    public string Pointer { get; set; } = "/rate";

    /// <summary>
    /// The rate is what one whole unit of the asset is worth in the currency; when inverted, what one unit of the
    /// currency is worth in the asset.
    /// </summary>
    public bool Inverted { get; set; }

    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>For the answer to arrive.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A rate that is older is none; then nothing new is sold until there is one.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromMinutes(10);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Currency is not null && (Currency.Length is < 1 or > 32 || !Currency.All(char.IsAsciiLetterOrDigit)))
            yield return new ValidationResult("Codius:Rates:Currency must be 1 to 32 letters and digits");
        if (Currency is null != Url is null)
            yield return new ValidationResult("Codius:Rates:Currency and Codius:Rates:Url go together");
        if (Url is not null && (!Uri.TryCreate(RateRequest.Fill(Url, "XRP", "USD"), UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https")))
            yield return new ValidationResult("Codius:Rates:Url must be an http:// or https:// URL");
        if (Pointer.Length > 0 && Pointer[0] != '/')
            yield return new ValidationResult("Codius:Rates:Pointer must be empty or begin with /");
        if (StaleAfter < RefreshInterval)
            yield return new ValidationResult("Codius:Rates:StaleAfter must not be below Codius:Rates:RefreshInterval");
    }
}
