// receive btp+wss://:secret@provider.example http://127.0.0.1:8080
using Interledger.Accounts;
using Interledger.Connector.Listeners;
using Interledger.Spsp;
using Interledger.Stream;

var (provider, url) = (args[0], args[1]);
var (account, problem) = await IlpAccount.ConnectAsync(provider);
if (account is null) throw new IOException(problem);
await using var whenDone = account;
var server = account.Receive(connection => _ = ReportAsync(connection));

var builder = WebApplication.CreateSlimBuilder(["--urls", url]);
builder.Logging.ClearProviders();
await using var web = builder.Build();
web.MapSpsp("/.well-known/pay", new SpspServer(server)); // behind TLS, where $example.com leads
await web.StartAsync();
Console.WriteLine($"{account.Address} can be paid at {url}/.well-known/pay");
await web.WaitForShutdownAsync();

async Task ReportAsync(StreamConnection connection)
{
    connection.OnStream(stream => stream.SetReceiveMax(ulong.MaxValue));
    await connection.Completion;
    Console.WriteLine($"received {connection.TotalReceived} of {connection.Asset}");
}
