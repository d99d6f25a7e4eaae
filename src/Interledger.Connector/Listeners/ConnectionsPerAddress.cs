using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Interledger.Connector.Listeners;

/// <summary>
/// Cuts off what comes from an address that has as many connections as it may, before a byte of it is read.
/// </summary>
internal sealed class ConnectionsPerAddress(int most)
{
    private readonly ConcurrentDictionary<IPAddress, int> _open = new();

    public void Limit(ListenOptions listen) => listen.Use(next => connection => ServeAsync(connection, next));

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var from })
            return;
        try
        {
            if (_open.AddOrUpdate(from, 1, static (_, open) => open + 1) <= most)
                await next(connection);
            else
                connection.Abort();
        }
        finally
        {
            if (_open.AddOrUpdate(from, 0, static (_, open) => open - 1) == 0)
                _open.TryRemove(KeyValuePair.Create(from, 0));
        }
    }
}
