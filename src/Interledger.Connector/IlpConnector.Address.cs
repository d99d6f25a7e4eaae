using Interledger.Addresses;
using Interledger.Connector.Accounts;
using Interledger.Ildcp;
using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Connector;

// A connector that is a child itself: its parent says what it is called, and its children are called after it.
public sealed partial class IlpConnector
{
    /// <summary>
    /// Asks a parent by ILDCP (RFC 0031) for the connector's address and the asset of their account, and then adds the
    /// account with that asset. It asks until there is an answer or a final refusal; then nothing is added, and the
    /// result says why. The link need not be connected yet. What the parent sends meanwhile waits: its first packets
    /// ask for routes, and some parents ask again only after half a minute.
    /// </summary>
    /// <exception cref="ArgumentException">There is an account of that name, or it is none of a parent.</exception>
    public async Task<IldcpResult> AddParentAsync(
        AccountConfig config, IIlpLink link, CancellationToken cancellationToken)
    {
        if (config.Relation != AccountRelation.Parent)
            throw new ArgumentException("Only a parent says what the connector is called.", nameof(config));
        var adding = new TaskCompletionSource<AccountState?>(TaskCreationOptions.RunContinuationsAsynchronously);
        link.OnPrepare(async (prepare, _) => await adding.Task is { } account
            ? await HandleAsync(account, prepare)
            : IlpReply.Reject(IlpErrorCode.PeerUnreachable, message: "nobody answers here yet"));
        try
        {
            var client = new IldcpClient(_time) { Attempts = int.MaxValue };
            var result = await client.FetchAsync(link, cancellationToken);
            if (result.Info is { } info)
            {
                SetAddress(info.ClientAddress);
                adding.SetResult(AddAccount(config with { Asset = info.Asset }, link));
            }

            return result;
        }
        finally
        {
            adding.TrySetResult(null);
        }
    }

    /// <summary>
    /// Asks the parent again, after a reconnect for instance. Another asset changes nothing: balances are kept in the
    /// old one.
    /// </summary>
    public async Task<IldcpResult> RefreshAddressAsync(AccountState parent, CancellationToken cancellationToken)
    {
        var result = await new IldcpClient(_time).FetchAsync(parent.Link, cancellationToken);
        if (result.Info is not { } info)
            return result;
        if (info.Asset != parent.Config.Asset)
            return new IldcpResult(null, $"the parent's account is in {info.Asset} now, ours in {parent.Config.Asset}");
        SetAddress(info.ClientAddress);
        return result;
    }

    /// <summary>Takes another address. Children without one of their own are called after it from now on.</summary>
    /// <exception cref="FormatException">The address is too long for the children's.</exception>
    public void SetAddress(IlpAddress address)
    {
        if (address == Address)
            return;
        Address = address;
        foreach (var account in _accounts.Values.Where(account => account.Config is
            { Relation: AccountRelation.Child, Address: null }))
        {
            if (!account.Address.IsEmpty)
                Routes.Remove(account.Address.Value, account);
            account.Address = AddressFor(account.Config);
            Routes.Set(account.Address.Value, account);
        }

        _broadcaster?.SetOwnAddress(address);
    }
}
