using Codius.Core.Leases;

namespace Codius.Client.Payments;

/// <summary>Keeps what hosts owe: for each the bearer secret of a credit, sent with every later purchase.</summary>
public interface ICreditStore
{
    CreditSecret? Find(Uri host);

    void Save(Uri host, CreditSecret secret);
}
