namespace Interledger.Fuzz;

/// <summary>
/// Something that reads bytes of strangers. <paramref name="Read"/> must return soon, throw nothing, and keep nothing,
/// whatever it is given; what it is given is mostly a damaged sample. The bytes are valid until it returns.
/// </summary>
public sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Samples, Action<ReadOnlyMemory<byte>> Read);
