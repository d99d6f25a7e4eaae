using System.Net;
using System.Net.Sockets;

namespace Codius.Host.Payments;

/// <summary>
/// Who sends a request, as far as limits are concerned: the network of his address. One subscriber of IPv6 has a whole
/// /64, and whoever has one address of IPv4 easily has its neighbours.
/// </summary>
internal static class CallerAddress
{
    private const int SubscriberLength = 8;
    private const int NeighbourLength = 3;

    /// <summary>
    /// The address of the connection, or, where that is a proxy of the operator's, the last one that it forwards for.
    /// </summary>
    public static string Of(HttpContext context, PaymentOptions options)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is not null && IsProxy(Plain(address), options)
            && LastForwarded(context.Request.Headers["X-Forwarded-For"].ToString()) is { } forwarded)
            address = forwarded;
        return NetworkOf(address);
    }

    public static string NetworkOf(IPAddress? address)
    {
        if (address is null)
            return "";
        var plain = Plain(address);
        var length = plain.AddressFamily == AddressFamily.InterNetworkV6 ? SubscriberLength : NeighbourLength;
        return Convert.ToHexString(plain.GetAddressBytes().AsSpan(0, length));
    }

    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool IsProxy(IPAddress address, PaymentOptions options) =>
        IPAddress.IsLoopback(address)
        || options.TrustedProxies.Any(proxy => IPAddress.TryParse(proxy, out var known) && known.Equals(address));

    // A proxy appends; what comes before may be anybody's invention.
    private static IPAddress? LastForwarded(string header) =>
        IPAddress.TryParse(header[(header.LastIndexOf(',') + 1)..].Trim(), out var address) ? address : null;
}
