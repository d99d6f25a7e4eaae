namespace Codius.Host.Ingress;

/// <summary>
/// A pod may set cookies for its own name only. With a Domain attribute (RFC 6265, section 5.2.3) it could set one for
/// all pods and for the host.
/// </summary>
public static class SetCookie
{
    public static string WithoutDomain(string value)
    {
        if (!value.Contains("domain", StringComparison.OrdinalIgnoreCase))
            return value;
        var parts = value.Split(';');
        return string.Join(';', parts.Where((part, i) => i == 0 || !IsDomain(part)));
    }

    private static bool IsDomain(string attribute)
    {
        var equals = attribute.IndexOf('=');
        var name = equals < 0 ? attribute : attribute[..equals];
        return name.Trim().Equals("domain", StringComparison.OrdinalIgnoreCase);
    }
}
