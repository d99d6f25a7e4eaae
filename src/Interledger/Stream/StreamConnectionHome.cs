using Interledger.Links;

namespace Interledger.Stream;

/// <summary>What the connections of an endpoint share.</summary>
internal sealed record StreamConnectionHome(
    IIlpLink Link, TimeProvider Time, AssetDetails Asset, StreamOptions Options);
