using System.Collections.Concurrent;
using Codius.Core.Leases;

namespace Codius.Client.Payments;

/// <summary>Credits for as long as the process lives.</summary>
public sealed class CreditMemory : ICreditStore
{
    private readonly ConcurrentDictionary<string, CreditSecret> _secrets = new();

    public CreditSecret? Find(Uri host) => _secrets.TryGetValue(Key(host), out var secret) ? secret : null;

    public void Save(Uri host, CreditSecret secret) => _secrets[Key(host)] = secret;

    private static string Key(Uri host) => host.GetLeftPart(UriPartial.Authority);
}
