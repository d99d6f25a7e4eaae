// pay btp+wss://:secret@provider.example '$payee.example' amount
using Interledger.Accounts;
using Interledger.Payments;
using Interledger.Spsp;

var (provider, payee, amount) = (args[0], args[1], ulong.Parse(args[2]));
var (account, problem) = await IlpAccount.ConnectAsync(provider);
if (account is null) throw new IOException(problem);
await using var whenDone = account;

// A payment pointer stands for an https URL; only on this machine is http good enough.
using var http = SpspClient.CreateHttpClient();
var options = new SpspClientOptions { AllowHttp = payee.StartsWith("http://127.0.0.1:") };
var (answer, error) = await new SpspClient(http, options).QueryAsync(payee);
if (answer is null) throw new IOException(error!.Message);

var (payment, failure) = await OutgoingPayment.QuoteAsync(
    account.Client, answer.Credentials, PaymentAmount.FixedSource(amount));
if (payment is null) throw new IOException(failure!.Message);
Console.WriteLine($"at least {payment.Quote.MinDeliveryAmount} of {payment.Quote.DestinationAsset} will arrive");

var outcome = await payment.PayAsync();
Console.WriteLine($"{outcome.End}: {outcome.Totals.Sent} sent, {outcome.Totals.Delivered} arrived");
return outcome.IsCompleted ? 0 : 1;
