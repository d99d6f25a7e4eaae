// connector [port]
using Interledger;
using Interledger.Addresses;
using Interledger.Connector.Listeners;
using Interledger.Connector.PlayMoney;

await using var connector = new PlayMoneyConnector(new PlayMoneyOptions
{
    Address = IlpAddress.Parse("test.example"),
    Asset = new AssetDetails("EUR", 9),
    Listener = new BtpListenerOptions { Port = args is [var port] ? int.Parse(port) : 7768 },
});
await connector.ListenAsync(default);
Console.WriteLine($"whoever connects to btp+ws://:a-secret@127.0.0.1:{connector.Port} has an account");
Console.WriteLine("Enter ends it");
Console.ReadLine();

foreach (var account in connector.Connector.Accounts)
    Console.WriteLine($"{account.Address}: {connector.Connector.Balances.GetBalance(account.Id)}");
