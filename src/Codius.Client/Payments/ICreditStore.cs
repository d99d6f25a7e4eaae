using Codius.Core.Leases;

namespace Codius.Client.Payments;

/// <summary>Keeps what hosts owe: the bearer secret of one credit for each host, sent with every later request.</summary>
public interface ICreditStore
{
    CreditSecret? Find(Uri host);

    void Save(Uri host, CreditSecret secret);
}
