using Codius.Cli;

using var http = ProcessContext.CreateHttpClient();
return await CodiusCommand.RunAsync(args, ProcessContext.Create(http));
