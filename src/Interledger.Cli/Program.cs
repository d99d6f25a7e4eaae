using Interledger.Cli;

using var http = ProcessContext.CreateHttpClient();
return await IlpCommand.RunAsync(args, ProcessContext.Create(http));
