using Xunit;

namespace Interledger.Tests;

/// <summary>Tests that measure the memory of the process, and so run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeProcess
{
    public const string Name = "whole process";
}
